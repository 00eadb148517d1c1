//! Which runs of code points are one emoji.
//!
//! Single emoji come from the Unicode character data. Sequences are those recommended for general interchange (Unicode
//! Technical Standard 51, Emoji 15.0, fully qualified), written here as rules. A sequence that X may know but this list does
//! not is counted as its parts: never too little, so that no text is let through that X would refuse.

use unicode_properties::UnicodeEmoji;
use unicode_properties::emoji::EmojiStatus;

const JOINER: char = '\u{200d}';
const AS_EMOJI: char = '\u{fe0f}';
const AS_TEXT: char = '\u{fe0e}';
const KEYCAP: char = '\u{20e3}';

/// Sequences that take no skin tones.
const FIXED: &str = "👨‍👦 👨‍👦‍👦 👨‍👧 👨‍👧‍👦 👨‍👧‍👧 👨‍👨‍👦 👨‍👨‍👦‍👦 👨‍👨‍👧 👨‍👨‍👧‍👦 👨‍👨‍👧‍👧 👨‍👩‍👦 👨‍👩‍👦‍👦 👨‍👩‍👧 👨‍👩‍👧‍👦 👨‍👩‍👧‍👧 \
    👩‍👦 👩‍👦‍👦 👩‍👧 👩‍👧‍👦 👩‍👧‍👧 👩‍👩‍👦 👩‍👩‍👦‍👦 👩‍👩‍👧 👩‍👩‍👧‍👦 👩‍👩‍👧‍👧 👯‍♀️ 👯‍♂️ 🤼‍♀️ 🤼‍♂️ 🧞‍♀️ 🧞‍♂️ 🧟‍♀️ 🧟‍♂️ \
    ❤️‍🔥 ❤️‍🩹 🏳️‍⚧️ 🏳️‍🌈 🏴‍☠️ 🐈‍⬛ 🐕‍🦺 🐦‍⬛ 🐻‍❄️ 👁️‍🗨️ 😮‍💨 😵‍💫 😶‍🌫️ \
    👨‍❤️‍👨 👨‍❤️‍💋‍👨 👩‍❤️‍👨 👩‍❤️‍👩 👩‍❤️‍💋‍👨 👩‍❤️‍💋‍👩 🧑‍🤝‍🧑";

/// Pairs of people or hands, without marks, that exist with a skin tone on each side.
const ANY_TONES: &str = "👨‍❤‍👨 👨‍❤‍💋‍👨 👩‍❤‍👨 👩‍❤‍👩 👩‍❤‍💋‍👨 👩‍❤‍💋‍👩 🧑‍🤝‍🧑";
/// The same, but only with two different tones: with equal ones there is a single code point.
const DIFFERENT_TONES: &str = "👨‍🤝‍👨 👩‍🤝‍👨 👩‍🤝‍👩 🧑‍❤‍💋‍🧑 🧑‍❤‍🧑 🫱‍🫲";

/// People who are made a woman or a man by a sign behind them.
const GENDERED: &str =
    "⛹🏃🏄🏊🏋🏌👮👰👱👳👷💁💂💆💇🕵🙅🙆🙇🙋🙍🙎🚣🚴🚵🚶🤦🤵🤷🤸🤹🤽🤾🦸🦹🧍🧎🧏🧔🧖🧗🧘🧙🧚🧛🧜🧝";
/// What 👨, 👩 and 🧑 are at work with, or look like.
const ROLES: &str = "⚕✈⚖🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦯🦰🦱🦲🦳🦼🦽";

/// Regions that have a flag.
const FLAGS: &str = "AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW \
    BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CP CR CU CV CW CX CY CZ DE DG DJ DK DM DO DZ EA EC EE EG EH ER ES ET EU FI FJ \
    FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU IC ID IE IL IM IN IO IQ IR IS IT \
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ \
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS \
    RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ \
    UA UG UM UN US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";
/// Parts of the United Kingdom that have a flag of their own, as tags behind 🏴.
const TAG_FLAGS: [&str; 3] = ["gbeng", "gbsct", "gbwls"];

/// Bytes of the emoji at the start of `text`, if there is one.
pub(super) fn at_start(text: &str) -> Option<usize> {
    let mut chars = text.chars();
    let first = chars.next()?;
    // Nearly all characters end here.
    if first.is_ascii_alphabetic() || !first.is_emoji_char() {
        return None;
    }
    if matches!(first, '0'..='9' | '#' | '*') {
        return keycap(text);
    }
    flag(text).or_else(|| tag_flag(text)).or_else(|| joined(text)).or_else(|| single(first, text))
}

fn keycap(text: &str) -> Option<usize> {
    let marked = text.get(1..).map(|t| t.strip_prefix(AS_EMOJI).unwrap_or(t))?;
    marked.starts_with(KEYCAP).then(|| text.len() - marked.len() + KEYCAP.len_utf8())
}

/// Two regional indicators that name a region.
fn flag(text: &str) -> Option<usize> {
    let letter = |c: char| {
        u32::from(c)
            .checked_sub(0x1f1e6)
            .and_then(|n| u8::try_from(n).ok())
            .filter(|n| *n < 26)
            .map(|n| b'A' + n)
    };
    let mut chars = text.chars();
    let name = [chars.next().and_then(letter)?, chars.next().and_then(letter)?];
    FLAGS.split(' ').any(|f| f.as_bytes() == name).then_some(8)
}

fn tag_flag(text: &str) -> Option<usize> {
    let tags = text.strip_prefix('\u{1f3f4}')?;
    TAG_FLAGS.iter().find_map(|name| {
        let mut rest = tags;
        for byte in name.bytes() {
            rest = rest.strip_prefix(char::from_u32(0xe0000 + u32::from(byte))?)?;
        }
        rest.strip_prefix('\u{e007f}').map(|rest| text.len() - rest.len())
    })
}

/// One element of a joined sequence.
#[derive(Clone, Copy)]
struct Element {
    base: char,
    mark: Option<char>,
    /// Where it ends, in bytes.
    end: usize,
}

impl Element {
    fn tone(self) -> Option<char> {
        self.mark.filter(|m| is_tone(*m))
    }

    /// Without a tone, in the form that is fully qualified; or with a tone.
    fn is_qualified(self) -> bool {
        match self.mark {
            Some(mark) if is_tone(mark) => takes_tone(self.base),
            mark => mark.is_some() != is_presentation(self.base),
        }
    }
}

const fn is_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

fn takes_tone(c: char) -> bool {
    matches!(c.emoji_status(), EmojiStatus::EmojiModifierBase | EmojiStatus::EmojiPresentationAndModifierBase)
}

/// Whether it is shown as an emoji without a mark.
fn is_presentation(c: char) -> bool {
    !matches!(
        c.emoji_status(),
        EmojiStatus::NonEmoji
            | EmojiStatus::EmojiOther
            | EmojiStatus::EmojiModifierBase
            | EmojiStatus::EmojiOtherAndEmojiComponent
    )
}

/// The longest sequence of two to four elements at the start of `text`.
fn joined(text: &str) -> Option<usize> {
    let mut elements = Vec::with_capacity(4);
    let mut rest = text;
    while elements.len() < 4 {
        let mut chars = rest.chars();
        let Some(base) = chars.next() else { break };
        let mark = chars.clone().next().filter(|c| *c == AS_EMOJI || is_tone(*c));
        if mark.is_some() {
            chars.next();
        }
        elements.push(Element { base, mark, end: text.len() - chars.as_str().len() });
        match chars.as_str().strip_prefix(JOINER) {
            Some(next) => rest = next,
            None => break,
        }
    }
    (2..=elements.len())
        .rev()
        .filter_map(|n| elements.get(..n))
        .find(|sequence| is_known(text, sequence))
        .and_then(<[Element]>::last)
        .map(|last| last.end)
}

fn is_known(text: &str, sequence: &[Element]) -> bool {
    let (Some(first), Some(last)) = (sequence.first(), sequence.last()) else { return false };
    let listed = |list: &str, name: &str| list.split_whitespace().any(|s| s == name);
    if listed(FIXED, text.get(..last.end).unwrap_or_default()) {
        return true;
    }
    if !sequence.iter().all(|e| e.is_qualified()) {
        return false;
    }
    if let [person, role] = sequence
        && role.tone().is_none()
        && (matches!(role.base, '♀' | '♂') && GENDERED.contains(person.base)
            || matches!(person.base, '👨' | '👩' | '🧑') && ROLES.contains(role.base)
            || (person.base, role.base) == ('🧑', '🎄'))
    {
        return true;
    }
    let (Some(left), Some(right)) = (first.tone(), last.tone()) else { return false };
    let mut bare = String::new();
    for (i, element) in sequence.iter().enumerate() {
        if i > 0 {
            bare.push(JOINER);
        }
        bare.push(element.base);
    }
    listed(ANY_TONES, &bare) || left != right && listed(DIFFERENT_TONES, &bare)
}

/// One code point with its mark.
fn single(first: char, text: &str) -> Option<usize> {
    let len = first.len_utf8();
    match text.get(len..).and_then(|t| t.chars().next()) {
        Some(AS_TEXT) => None,
        Some(tone) if is_tone(tone) && takes_tone(first) => Some(len + tone.len_utf8()),
        Some(AS_EMOJI) if has_both_forms(first) => Some(len + AS_EMOJI.len_utf8()),
        // These two are text unless marked.
        _ if matches!(first, '©' | '®') => None,
        _ => Some(len),
    }
}

/// Whether a mark that asks for the emoji form belongs to the character.
fn has_both_forms(c: char) -> bool {
    !is_presentation(c) || u32::from(c) < 0x1_0000 || matches!(c, '\u{1f004}' | '\u{1f21a}' | '\u{1f22f}')
}
