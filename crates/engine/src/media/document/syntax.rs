//! As much of the syntax of PDF as finding pages takes (ISO 32000-2, 7.2 and 7.3).

/// One word of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    DictBegins,
    DictEnds,
    ListBegins,
    ListEnds,
    Name(&'a [u8]),
    /// A number, or a word like `obj`.
    Word(&'a [u8]),
    Text,
}

/// Reads words one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Words<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Where the next word may begin.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The next word, if it is a number.
    pub fn number(&mut self) -> Option<u64> {
        match self.next()? {
            Token::Word(word) => std::str::from_utf8(word).ok()?.parse().ok(),
            _ => None,
        }
    }

    /// Whether the next word is this one.
    pub fn is(&mut self, word: &str) -> bool {
        self.next() == Some(Token::Word(word.as_bytes()))
    }

    /// The dictionary that comes next.
    pub fn dict(&mut self) -> Option<Dict<'a>> {
        if self.next()? != Token::DictBegins {
            return None;
        }
        let mut entries = Vec::new();
        loop {
            let key = match self.next()? {
                Token::Name(key) => key,
                Token::DictEnds => return Some(Dict { entries }),
                _ => return None,
            };
            let begin = self.at;
            self.value()?;
            entries.push((key, &self.bytes[begin..self.at]));
        }
    }

    /// Passes over one value.
    fn value(&mut self) -> Option<()> {
        match self.next()? {
            Token::DictBegins | Token::ListBegins => {
                let mut depth = 1_u32;
                while depth > 0 {
                    match self.next()? {
                        Token::DictBegins | Token::ListBegins => depth += 1,
                        Token::DictEnds | Token::ListEnds => depth -= 1,
                        _ => {}
                    }
                }
                Some(())
            }
            Token::Word(_) => {
                let mut ahead = *self;
                if ahead.number().is_some() && ahead.is("R") {
                    *self = ahead;
                }
                Some(())
            }
            Token::Name(_) | Token::Text => Some(()),
            Token::DictEnds | Token::ListEnds => None,
        }
    }

    fn next(&mut self) -> Option<Token<'a>> {
        self.skip_blanks();
        let rest = self.bytes.get(self.at..)?;
        let (token, length) = match rest {
            [b'<', b'<', ..] => (Token::DictBegins, 2),
            [b'>', b'>', ..] => (Token::DictEnds, 2),
            [b'[', ..] => (Token::ListBegins, 1),
            [b']', ..] => (Token::ListEnds, 1),
            [b'(', ..] => (Token::Text, text(rest)?),
            [b'<', ..] => (Token::Text, rest.iter().position(|b| *b == b'>')? + 1),
            [b'/', name @ ..] => {
                let length = regular(name);
                (Token::Name(&name[..length]), length + 1)
            }
            [] => return None,
            _ => match regular(rest) {
                0 => return None,
                length => (Token::Word(&rest[..length]), length),
            },
        };
        self.at += length;
        Some(token)
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'%' => {
                    let rest = &self.bytes[self.at..];
                    self.at += rest.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(rest.len());
                }
                byte if is_blank(*byte) => self.at += 1,
                _ => return,
            }
        }
    }
}

/// A dictionary and where its values stand.
#[derive(Debug, Clone)]
pub(super) struct Dict<'a> {
    entries: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Dict<'a> {
    fn get(&self, key: &str) -> Option<Words<'a>> {
        self.entries.iter().find(|(name, _)| *name == key.as_bytes()).map(|(_, value)| Words::new(value))
    }

    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// A whole number that is not negative.
    pub fn number(&self, key: &str) -> Option<u64> {
        let (mut value, reference) = (self.get(key)?, self.reference(key));
        if reference.is_some() { None } else { value.number() }
    }

    /// The number of the object that stands elsewhere.
    pub fn reference(&self, key: &str) -> Option<u64> {
        let mut value = self.get(key)?;
        let object = value.number()?;
        (value.number().is_some() && value.is("R")).then_some(object)
    }

    /// A list of whole numbers.
    pub fn numbers(&self, key: &str) -> Option<Vec<u64>> {
        let mut value = self.get(key)?;
        if value.next()? != Token::ListBegins {
            return None;
        }
        let mut numbers = Vec::new();
        while let Some(number) = value.number() {
            numbers.push(number);
        }
        Some(numbers)
    }

    /// A name, also one that is alone in a list.
    pub fn name(&self, key: &str) -> Option<&'a [u8]> {
        let mut value = self.get(key)?;
        match (value.next()?, value.next(), value.next()) {
            (Token::Name(name), None, _)
            | (Token::ListBegins, Some(Token::Name(name)), Some(Token::ListEnds)) => Some(name),
            _ => None,
        }
    }

    /// A dictionary within, also one that is alone in a list.
    pub fn dict(&self, key: &str) -> Option<Dict<'a>> {
        let mut value = self.get(key)?;
        let mut inner = value;
        inner.dict().or_else(|| (value.next()? == Token::ListBegins).then(|| value.dict())?)
    }
}

/// The length of a text in brackets, which may hold others.
fn text(rest: &[u8]) -> Option<usize> {
    let (mut depth, mut at) = (0_u32, 0);
    loop {
        match rest.get(at)? {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// How many bytes belong to a name or word.
fn regular(bytes: &[u8]) -> usize {
    let ends = |b: &u8| is_blank(*b) || b"()<>[]{}/%".contains(b);
    bytes.iter().position(ends).unwrap_or(bytes.len())
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}
