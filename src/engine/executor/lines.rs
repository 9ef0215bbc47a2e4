//! Bytes as lines of bounded length.

/// A line is cut after so many bytes.
const LINE_MAX: usize = 8 << 10;

/// Cuts what comes in pieces into lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    line: Vec<u8>,
    /// How much of the line was too much.
    beyond: usize,
}

impl Lines {
    /// Hands every line that ends in `bytes` to `take`, and keeps the rest.
    pub(super) fn push(&mut self, bytes: &[u8], mut take: impl FnMut(String)) {
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
            self.keep(&rest[..at]);
            take(self.line());
            rest = &rest[at + 1..];
        }
        self.keep(rest);
    }

    /// Hands over what is left without an end.
    pub(super) fn finish(&mut self, take: impl FnOnce(String)) {
        if !self.line.is_empty() || 0 < self.beyond {
            take(self.line());
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LINE_MAX - self.line.len();
        let kept = room.min(bytes.len());
        self.line.extend_from_slice(&bytes[..kept]);
        self.beyond += bytes.len() - kept;
    }

    fn line(&mut self) -> String {
        let mut text = String::from_utf8_lossy(&self.line).into_owned();
        if self.beyond == 0 {
            text.truncate(text.trim_end_matches('\r').len());
        } else {
            text.push_str(&format!(" … ({} more bytes were cut)", self.beyond));
        }
        self.line.clear();
        self.beyond = 0;
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(pieces: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut all) = (Lines::default(), Vec::new());
        for piece in pieces {
            lines.push(piece, |line| all.push(line));
        }
        lines.finish(|line| all.push(line));
        all
    }

    #[test]
    fn lines_are_the_same_however_they_came() {
        let text = "one\r\n\ntwo ä\nthree".as_bytes();
        let expected = ["one", "", "two ä", "three"];
        for size in 1..=text.len() {
            assert_eq!(split(&text.chunks(size).collect::<Vec<_>>()), expected, "{size} at once");
        }
    }

    #[test]
    fn a_line_without_end_is_cut_and_says_so() {
        let long = vec![b'x'; LINE_MAX + 5];
        let lines = split(&[&long, b"\nnext \xff\n"]);
        let expected = format!("{} … (5 more bytes were cut)", "x".repeat(LINE_MAX));
        assert_eq!(lines, [expected.as_str(), "next \u{fffd}"]);
    }
}
