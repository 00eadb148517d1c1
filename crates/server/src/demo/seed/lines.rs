//! What the roastery posted in the months before it found Carillon.

/// A post, and whether there is a picture with it.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// Words.
    pub text: &'static str,
    /// With a picture.
    pub picture: bool,
}

const fn words(text: &'static str) -> Told {
    Told { text, picture: false }
}

const fn shown(text: &'static str) -> Told {
    Told { text, picture: true }
}

/// In the order in which they are told; from the beginning again after the last.
pub const LINES: &[Told] = &[
    shown("Fog on the quay, lights on in the shop. Come and be the first."),
    words("A filter should be rinsed. Not for luck: paper tastes of paper."),
    shown(
        "Forty kilos from Huehuetenango came up the stairs today. The stairs were not built for it, and neither are we. #coffee",
    ),
    words("Two stools free at the window."),
    shown(
        "What the roaster looks like at minute nine: nothing, and then everything at once. We pull it two degrees before you would.",
    ),
    words("People ask which grinder to buy. One with burrs, used, from somebody who is moving house."),
    shown("Rain, again. Cinnamon buns, again."),
    words(
        "How we buy, in three sentences: we taste before we ask for the price. We pay before the ship leaves. We say what it cost. https://harborlightcoffee.example.com/prices",
    ),
    shown("The new cups are here. They are the old cups, but whole."),
    words(
        "Decaf drinkers are people too. Ours is washed with water in Mexico and tastes of hazelnut and of being able to sleep.",
    ),
    shown("Sunday light on the counter."),
    words("Closed tomorrow: we are repainting the blue wall blue."),
    shown("Before and after. The wall is blue."),
    words("Small thing that makes the largest difference at home: weigh the water, too."),
    shown(
        "A regular brought us a map of the harbour from 1931. Our door is on it, as a herring merchant's. It explains the smell in the cellar.",
    ),
    words(
        "We have been asked to open at five. We have been asked by fishermen, so we are thinking about it.",
    ),
    shown("Cupping table, eight bowls, one that nobody agrees on. That one goes on the shelf. #coffee"),
    words("Milk first or coffee first is a question for tea."),
    shown("Two hundred bags, folded by hand, by people who said that they had nothing else to do."),
    words(
        "Our espresso changed last week: more Brazil, less Ethiopia, since the new harvest is late. Tell us what you think before we tell you.",
    ),
    shown("The first cold morning. Hands around cups."),
    words(
        "What a bag of ours costs, and who gets what of it, for this year: https://harborlightcoffee.example.com/prices",
    ),
    shown("Someone left a very small glove. It waits at the till."),
    words("The glove has been claimed."),
    shown("Roast day. If you smell toast on the ferry, that is us, and we are sorry, and also not."),
    words("Iced coffee: brew it double, pour it on ice, done. No syrup was harmed."),
    shown("Nikos came to fix the radio and stayed to turn it up."),
    words("Thank you for the queue on Saturday. We counted eleven languages."),
    shown(
        "This is how green coffee arrives: in jute, in plastic, in jute. This is how it leaves: in your bag, in an hour.",
    ),
    words("Beans do not need the freezer. They need you to drink them."),
    shown("Harbour festival: we are the stand with the long line and the short menu."),
    words(
        "We made a mistake with the labels: the bags that say Kenya hold Colombia. It is a good Colombia. Bring it back, or don't.",
    ),
    shown("Last of the peaches on the cake, last of the Yirgacheffe in the hopper. Everything has a season."),
    words(
        "A tip jar is not a salary. Ours is for the sea rescue, every month. In the last one: 4,180 kroner.",
    ),
    shown("A quiet hour."),
    words("Workshop on pour-over, six seats, Thursday at seven. Bring a mug that you like."),
    shown("Six seats, nine people, one table. It worked."),
    words("What is the best coffee? The one that somebody else makes for you in the morning."),
    shown("New on the wall: photographs of the coast by Mara Fields, mostly in bad weather. They suit us."),
    words(
        "We are looking for somebody for the weekends who is kind before eight o'clock. The rest can be learned.",
    ),
];
