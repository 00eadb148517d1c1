//! Finding where a domain name ends.

use super::{Span, is_directional, is_invalid, is_punctuation, is_space, tlds};

/// Longest label of a domain name once it is in ASCII (RFC 1035).
const MAX_LABEL: usize = 63;

/// The dots of the run of domain characters that was looked at last.
///
/// Every position inside a run may begin a domain name, and but for its first label the answer depends only on what is behind:
/// looking that up once keeps long texts linear.
#[derive(Default)]
pub(in crate::text) struct Run {
    end: usize,
    dots: Vec<Dot>,
}

/// One dot of a run.
struct Dot {
    at: usize,
    /// Where the top-level domain right behind it ends, if there is one.
    tld: Option<usize>,
    /// Where the domain name ends that goes on behind the next dot, if one does.
    further: Option<usize>,
}

impl Run {
    /// The end of the domain name that begins at `start`: labels, then a known top-level domain as far right as possible.
    pub(in crate::text) fn domain(&mut self, text: &str, start: usize) -> Option<usize> {
        if start >= self.end {
            *self = Self::read(text, start)?;
        }
        let first = self.dots.get(self.dots.partition_point(|dot| dot.at < start))?;
        let label = text.get(start..first.at).filter(|label| is_label(label))?;
        first.further.or_else(|| first.tld.filter(|_| !label.contains('_')))
    }

    fn read(text: &str, start: usize) -> Option<Self> {
        let rest = text.get(start..)?;
        let end =
            start + rest.find(|c| !(is_domain_char(c) || matches!(c, '-' | '_' | '.'))).unwrap_or(rest.len());
        let mut after = text.get(end..)?.chars().next();
        let mut dots: Vec<Dot> = Vec::new();
        let mut label_end = end;
        for (at, _) in text.get(start..end)?.rmatch_indices('.').map(|(i, dot)| (start + i, dot)) {
            let label = text.get(at + 1..label_end)?;
            let next = dots.last().filter(|_| is_label(label));
            let further = next.and_then(|d| d.further.or_else(|| d.tld.filter(|_| !label.contains('_'))));
            let tld = tlds::at_start(label, after).map(|len| at + 1 + len);
            dots.push(Dot { at, tld, further });
            (label_end, after) = (at, Some('.'));
        }
        dots.reverse();
        Some(Self { end, dots })
    }
}

/// Whether it can be a label: neither begins nor ends with a dash or an underscore.
fn is_label(label: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(is_domain_char);
    edge(label.chars().next()) && edge(label.chars().next_back())
}

fn is_domain_char(c: char) -> bool {
    !(is_punctuation(c) || is_space(c) || is_invalid(c) || is_directional(c))
}

/// The parts of `domain` that are domain names in ASCII and accented Latin by themselves. Only these make a link without a
/// scheme, so that a sentence in a script without spaces does not become part of one.
pub(super) fn ascii_domains(domain: &str) -> Vec<Span> {
    let latin = |c: char| c.is_ascii_alphanumeric() || c == '-' || super::is_accented_latin(c);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = domain.get(at..).filter(|r| !r.is_empty()) {
        let Some(begin) = rest.find(latin).map(|b| at + b) else { break };
        match longest_ascii(domain, begin, latin) {
            Some(end) => {
                found.push(begin..end);
                at = end;
            }
            None => at = begin + domain.get(begin..).and_then(|r| r.chars().next()).map_or(1, char::len_utf8),
        }
    }
    found
}

fn longest_ascii(domain: &str, begin: usize, latin: impl Fn(char) -> bool) -> Option<usize> {
    let mut best = None;
    let mut at = begin;
    loop {
        let rest = domain.get(at..)?;
        let label = rest.find(|c| !latin(c)).unwrap_or(rest.len());
        if label == 0 || !rest.get(label..).is_some_and(|r| r.starts_with('.')) {
            return best;
        }
        at += label + 1;
        let next = domain.get(at..)?;
        let end = next.find('.').unwrap_or(next.len());
        let after = next.get(end..).and_then(|r| r.chars().next());
        if let Some(len) = next.get(..end).and_then(|label| tlds::at_start(label, after)) {
            best = Some(at + len);
        }
    }
}

/// Length of `domain` in ASCII, if every label has an ASCII form of legal length.
pub(super) fn ascii_length(domain: &str) -> Option<usize> {
    let mut length = domain.matches('.').count();
    for label in domain.split('.') {
        let ascii = if label.is_ascii() {
            label.len()
        } else if label.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("xn--")) {
            return None;
        } else {
            4 + idna::punycode::encode_str(label)?.len()
        };
        if ascii == 0 || ascii > MAX_LABEL {
            return None;
        }
        length += ascii;
    }
    Some(length)
}
