//! Which words end a domain name for X. Its counter knows the top-level domains of about 2020 (twitter-text, `lib/assets/tld_lib.yml`):
//! a newer one makes no link without a scheme there, a retired one still does.

use crate::text::tlds::is_top_level;

/// Came later than X's list.
const NEWER: &str = "amazon kids music spa ישראל アマゾン 亚马逊";

/// Gone from the root zone, or never in it, and still in X's list.
const RETIRED: &str = "abarth active adac afamilycompany aigo alfaromeo an avianca bananarepublic bentley bl blanco bnl boots \
    bq budapest bugatti cancerresearch cartier caseih cbs ceb chloe chrysler cityeats comcast cookingchannel \
    csc dabur dodge doha doosan duck dunlop duns eh epost esurance etisalat everbank fiat flsmidth \
    foodnetwork frontdoor fujixerox glade goodhands guardian hgtv honeywell hoteles htc iinet intel iselect \
    iveco iwc jcp jlc kerrylogistics kinder ladbrokes lancaster lancia lancome liaison linde lipsy lixil \
    loft lupin macys maserati mcd mcdonalds meo metlife mf mobily montblanc mopar movistar mtpc mutual \
    mutuelle nadex nationwide natura newholland northwesternmutual off oldnavy onion onyourside \
    orientexpress pamperedchef panerai passagens piaget pramerica qvc raid redstone rightathome rmit rocher \
    sapo sca scjohnson scor ses shaw showtime shriram spiegel spreadbetting srt starhub statoil swiftcover \
    symantec telecity telefonica tiffany tp travelchannel uconnect um vista vistaprint volkswagen vuelos \
    warman xfinity xperia zippo اتصالات موبايلي 大众汽车 工行 手表 珠宝 诺基亚";

fn is_known(label: &str) -> bool {
    let label = label.to_lowercase();
    let listed = |list: &str| list.split(' ').any(|word| word == label);
    is_top_level(&label) && !listed(NEWER) || listed(RETIRED)
}

/// Most characters of a top-level domain that is not ASCII.
const MAX_CHARS: usize = 17;

/// Bytes of the top-level domain at the start of `label`. `after` is what follows the label in the text.
///
/// The character behind it must not be an ASCII letter, a digit, `@`, `+` or `-`: so `foo.comm`, `domain.com-that` and
/// `john.doe.gov@mail.com` hold none.
pub(super) fn at_start(label: &str, after: Option<char>) -> Option<usize> {
    let ascii = label.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let ends = |bytes: usize| {
        let next = label.get(bytes..).and_then(|rest| rest.chars().next()).or(after);
        next.is_none_or(|c| !(c.is_ascii_alphanumeric() || matches!(c, '@' | '+' | '-')))
    };
    let known = |bytes: usize| ends(bytes) && label.get(..bytes).is_some_and(is_known);
    if ascii > 0 {
        return if known(ascii) { Some(ascii) } else { punycode(label) };
    }
    let mut bytes: Vec<usize> = label.char_indices().skip(1).map(|(at, _)| at).take(MAX_CHARS).collect();
    if label.chars().count() <= MAX_CHARS {
        bytes.push(label.len());
    }
    bytes.into_iter().rev().find(|end| known(*end))
}

/// Bytes of a label in punycode, which counts as a top-level domain whatever it says.
fn punycode(label: &str) -> Option<usize> {
    if !label.get(..4)?.eq_ignore_ascii_case("xn--") {
        return None;
    }
    let tail = label.bytes().skip(4).take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
    (tail > 0).then_some(4 + tail)
}
