//! When a connection is cut: after so many bytes, or when something is seen on its way.

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the program.
    Up,
    /// To the program.
    Down,
}

/// When a connection is reset.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    way: Way,
    when: When,
    /// Whether what completes the rule still arrives, and only the answer to it is lost.
    arrives: bool,
    /// How many connections are still to be cut.
    pub(super) times: u64,
}

#[derive(Clone, Debug)]
enum When {
    /// So many bytes have passed since the rule holds.
    Bytes(u64),
    /// These were seen one after another since the rule holds.
    Seen(Vec<&'static [u8]>),
}

impl Rule {
    /// Cuts before what completes these words arrives.
    pub(crate) fn before(way: Way, words: &[&'static [u8]]) -> Self {
        Self { way, when: When::Seen(words.to_vec()), arrives: false, times: 1 }
    }

    /// Lets what completes these words arrive at the database, and loses the answer to it.
    pub(crate) fn answer_to(words: &[&'static [u8]]) -> Self {
        Self { arrives: true, ..Self::before(Way::Up, words) }
    }

    /// Cuts once so many bytes have passed on a connection.
    pub(crate) fn after_bytes(way: Way, count: u64) -> Self {
        Self { way, when: When::Bytes(count), arrives: false, times: 1 }
    }

    /// The same for several connections in turn.
    pub(crate) fn times(self, times: u64) -> Self {
        Self { times, ..self }
    }
}

/// What one way of one connection has seen of the rule.
#[derive(Debug, Default)]
pub(super) struct Seen {
    rule: u64,
    bytes: u64,
    words: usize,
    /// The end of what was looked at: a word may come in two pieces.
    tail: Vec<u8>,
}

/// What becomes of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Pass,
    /// The connection is cut before the piece.
    Cut,
    /// The piece arrives, and the answer does not.
    LoseAnswer,
}

impl Seen {
    /// Judges the next piece by the rule that holds.
    pub(super) fn judge(
        &mut self,
        number: u64,
        rule: &mut Rule,
        way: Way,
        piece: &[u8],
    ) -> Verdict {
        if self.rule != number {
            *self = Self { rule: number, ..Self::default() };
        }
        if rule.times == 0 || rule.way != way || !self.completes(&rule.when, piece) {
            return Verdict::Pass;
        }
        rule.times -= 1;
        if rule.arrives { Verdict::LoseAnswer } else { Verdict::Cut }
    }

    fn completes(&mut self, when: &When, piece: &[u8]) -> bool {
        match when {
            When::Bytes(most) => {
                self.bytes += piece.len() as u64;
                *most < self.bytes
            }
            When::Seen(words) => {
                self.tail.extend_from_slice(piece);
                while let Some(word) = words.get(self.words)
                    && let Some(at) = find(&self.tail, word)
                {
                    self.tail.drain(..at + word.len());
                    self.words += 1;
                }
                let keep = words.get(self.words).map_or(0, |word| word.len() - 1);
                self.tail.drain(..self.tail.len().saturating_sub(keep));
                self.words == words.len()
            }
        }
    }
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|window| window == word)
}

#[test]
fn words_are_seen_in_order_across_pieces() {
    let mut rule = Rule::before(Way::Up, &[b"first", b"COMMIT"]).times(2);
    let mut judge = |seen: &mut Seen, piece: &[u8]| seen.judge(1, &mut rule, Way::Up, piece);
    let mut seen = Seen::default();
    assert_eq!(judge(&mut seen, b"COMMIT fir"), Verdict::Pass);
    assert_eq!(judge(&mut seen, b"st COM"), Verdict::Pass);
    assert_eq!(judge(&mut seen, b"MIT"), Verdict::Cut);
    assert_eq!(judge(&mut Seen::default(), b"firstCOMMIT"), Verdict::Cut);
    assert_eq!(judge(&mut Seen::default(), b"firstCOMMIT"), Verdict::Pass, "twice is enough");
}

#[test]
fn bytes_are_counted_from_when_the_rule_holds() {
    let mut rule = Rule::after_bytes(Way::Down, 10);
    let mut seen = Seen::default();
    assert_eq!(seen.judge(1, &mut rule, Way::Up, &[0; 100]), Verdict::Pass);
    assert_eq!(seen.judge(1, &mut rule, Way::Down, &[0; 10]), Verdict::Pass);
    assert_eq!(seen.judge(2, &mut rule, Way::Down, &[0; 10]), Verdict::Pass, "another rule");
    assert_eq!(seen.judge(2, &mut rule, Way::Down, &[0; 1]), Verdict::Cut);
}
