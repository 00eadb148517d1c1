//! A mail server that takes everything, or says why not.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What it has, and what it answers to a message.
#[derive(Clone)]
pub struct PostOffice {
    letters: Arc<Mutex<Vec<String>>>,
    answer: Arc<Mutex<&'static str>>,
    /// A part of an address, and what is said to letters for it.
    mailbox: Arc<Mutex<Option<(String, &'static str)>>>,
    port: u16,
}

impl PostOffice {
    /// Opens it on a port of its own.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let office = Self {
            letters: Arc::default(),
            answer: Arc::new(Mutex::new("250 taken")),
            mailbox: Arc::default(),
            port,
        };
        let at_work = office.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(at_work.clone().serve(stream));
            }
        });
        office
    }

    /// For `mail.smtp_url`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// From now on it answers messages so.
    pub fn answers(&self, answer: &'static str) {
        *self.answer.lock().expect("lock") = answer;
    }

    /// From now on it answers so to letters for this address alone.
    pub fn answers_for(&self, address: &str, answer: &'static str) {
        *self.mailbox.lock().expect("lock") = Some((address.to_owned(), answer));
    }

    fn answer_for(&self, line: &str) -> &'static str {
        let mailbox = self.mailbox.lock().expect("lock");
        mailbox
            .as_ref()
            .filter(|(address, _)| line.contains(address))
            .map_or("250 well", |(_, answer)| *answer)
    }

    /// What it has taken so far, as it came.
    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().expect("lock").clone()
    }

    async fn serve(self, stream: TcpStream) {
        let (reading, mut writing) = stream.into_split();
        let mut lines = BufReader::new(reading).lines();
        let mut next = "220 the office is open".to_owned();
        loop {
            if writing.write_all(format!("{next}\r\n").as_bytes()).await.is_err() {
                return;
            }
            let Ok(Some(line)) = lines.next_line().await else { return };
            next = match line.split([' ', ':']).next().unwrap_or_default() {
                "DATA" => {
                    if writing.write_all(b"354 go on\r\n").await.is_err() {
                        return;
                    }
                    let mut letter = String::new();
                    while let Ok(Some(line)) = lines.next_line().await {
                        if line == "." {
                            break;
                        }
                        letter.push_str(&line);
                        letter.push('\n');
                    }
                    let answer = *self.answer.lock().expect("lock");
                    if answer.starts_with('2') {
                        self.letters.lock().expect("lock").push(letter);
                    }
                    answer.to_owned()
                }
                "RCPT" => self.answer_for(&line).to_owned(),
                "QUIT" => "221 good bye".to_owned(),
                _ => "250 well".to_owned(),
            };
        }
    }
}
