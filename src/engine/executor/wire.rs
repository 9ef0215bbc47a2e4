//! What a worker and its executor say to each other: frames of a length and JSON.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::assignment::Assignment;
use crate::codes;
use crate::engine::Failure;
use crate::store::Published;

/// Both sides must have the same.
pub(super) const PROTOCOL: u32 = 1;
/// A frame that says to be longer was not written by us.
pub(super) const FRAME_MAX: usize = 1 << 28;
/// The bytes in which a frame says its length.
pub(super) const HEAD: usize = 4;

/// What a worker says.
#[derive(Debug, Deserialize, Serialize)]
pub(super) enum Order {
    /// The first word.
    Hello {
        /// [`PROTOCOL`] of the worker.
        protocol: u32,
    },
    /// Make this.
    Make(Box<Assignment>),
    /// Stop making it.
    Stop,
}

/// What an executor says.
#[derive(Debug, Deserialize, Serialize)]
pub(super) enum Answer {
    /// It is ready.
    Hello {
        /// [`PROTOCOL`] of the executor.
        protocol: u32,
        /// The digest of what it declares.
        code: String,
    },
    /// It will not work.
    Refused {
        /// Why.
        why: String,
    },
    /// It has read the assignment; the job's code comes next.
    Began {
        /// The processor time that the process has taken so far.
        cpu_seconds: f64,
    },
    /// The job told something.
    Event {
        /// How loud: `error` to `trace`.
        level: String,
        /// What.
        text: String,
    },
    /// The attempt is over.
    Ended {
        /// One for each member.
        outcomes: Vec<Outcome>,
        /// What it took.
        spent: Spent,
    },
}

/// What an attempt took of the machine, as the executor itself saw it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(super) struct Spent {
    /// The most memory it had at once.
    pub(super) peak_bytes: Option<u64>,
    /// The memory it still has.
    pub(super) resident_bytes: Option<u64>,
    /// Processor time.
    pub(super) cpu_seconds: f64,
    /// Whether a process that it started is still there.
    pub(super) has_children: bool,
}

/// How a member ended.
#[derive(Debug, Deserialize, Serialize)]
pub(super) enum Outcome {
    /// It was made.
    Made(Box<Made>),
    /// It was not.
    Failed {
        /// The help page.
        code: String,
        /// What happened.
        message: String,
        /// Whether no further attempt can help.
        is_final: bool,
    },
}

/// [`Published`] as it goes over the wire.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Made {
    content: u128,
    inputs: u128,
    rows: i64,
    files: Vec<(String, i64, String)>,
    rejected: i64,
    rejects_path: Option<String>,
    profile: serde_json::Value,
    seconds: f64,
    lineage: Vec<(i16, i64)>,
    routes: Vec<(i32, i64, i64, u128)>,
    routed_by: Vec<i32>,
}

impl From<Published> for Made {
    fn from(made: Published) -> Self {
        Self {
            content: made.content,
            inputs: made.inputs,
            rows: made.rows,
            files: made.files,
            rejected: made.rejected,
            rejects_path: made.rejects_path,
            profile: made.profile,
            seconds: made.seconds,
            lineage: made.lineage,
            routes: made.routes,
            routed_by: made.routed_by,
        }
    }
}

impl From<Made> for Published {
    fn from(made: Made) -> Self {
        Self {
            content: made.content,
            inputs: made.inputs,
            rows: made.rows,
            files: made.files,
            rejected: made.rejected,
            rejects_path: made.rejects_path,
            profile: made.profile,
            seconds: made.seconds,
            lineage: made.lineage,
            routes: made.routes,
            routed_by: made.routed_by,
        }
    }
}

impl From<Result<Published, Failure>> for Outcome {
    fn from(outcome: Result<Published, Failure>) -> Self {
        match outcome {
            Ok(made) => Self::Made(Box::new(made.into())),
            Err(failure) => Self::Failed {
                code: failure.code.to_owned(),
                message: failure.message,
                is_final: failure.is_final,
            },
        }
    }
}

impl From<Outcome> for Result<Published, Failure> {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Made(made) => Ok((*made).into()),
            Outcome::Failed { code, message, is_final } => {
                let known = codes::all().iter().find(|known| **known == code);
                Err(Failure { code: known.copied().unwrap_or("TM0401"), message, is_final })
            }
        }
    }
}

/// A message as a frame.
pub(super) fn frame(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut frame = vec![0; HEAD];
    serde_json::to_writer(&mut frame, message)?;
    let length = frame.len() - HEAD;
    if FRAME_MAX < length {
        let text = format!("a message of {length} bytes is longer than {FRAME_MAX}");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    frame[..HEAD].copy_from_slice(&(length as u32).to_le_bytes());
    Ok(frame)
}

/// The first frame in `inbox`, taken out of it, if it is whole.
pub(super) fn take<T: DeserializeOwned>(inbox: &mut Vec<u8>) -> io::Result<Option<T>> {
    let Some(length) = length(inbox)? else { return Ok(None) };
    let Some(body) = inbox.get(HEAD..HEAD + length) else { return Ok(None) };
    let message = serde_json::from_slice(body)?;
    inbox.drain(..HEAD + length);
    Ok(Some(message))
}

fn length(head: &[u8]) -> io::Result<Option<usize>> {
    let Some(head) = head.first_chunk::<HEAD>() else { return Ok(None) };
    let length = u32::from_le_bytes(*head) as usize;
    if FRAME_MAX < length {
        let text = format!("a frame that says to have {length} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    Ok(Some(length))
}

/// Reads one message; none at the end.
pub(super) fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut head = [0; HEAD];
    match from.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut body = vec![0; length(&head)?.unwrap_or_default()];
    from.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}

/// Writes one message.
pub(super) fn write(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    to.write_all(&frame(message)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_out_as_it_went_in_however_it_was_cut() {
        let made = Published {
            content: u128::MAX,
            routes: vec![(1, -2, 3, 1 << 100)],
            ..Published::default()
        };
        let outcomes = vec![Outcome::from(Ok(made)), Err(Failure::new("TM0402", "it\u{0}")).into()];
        let ended = Answer::Ended { outcomes, spent: Spent::default() };
        let bytes =
            [frame(&Answer::Began { cpu_seconds: 0.5 }).unwrap(), frame(&ended).unwrap()].concat();
        for cut in 0..bytes.len() {
            let mut inbox = bytes[..cut].to_vec();
            let mut count = 0;
            while take::<Answer>(&mut inbox).unwrap().is_some() {
                count += 1;
            }
            inbox.extend(&bytes[cut..]);
            let mut last = None;
            while let Some(answer) = take::<Answer>(&mut inbox).unwrap() {
                count += 1;
                last = Some(answer);
            }
            assert_eq!((count, inbox.len()), (2, 0), "cut at {cut}");
            let Some(Answer::Ended { outcomes, .. }) = last else { panic!("cut at {cut}") };
            let mut outcomes = outcomes.into_iter().map(Result::from);
            let made = outcomes.next().unwrap().unwrap();
            assert_eq!((made.content, made.routes[0].3), (u128::MAX, 1 << 100));
            let failure = outcomes.next().unwrap().unwrap_err();
            assert_eq!(failure, Failure::new("TM0402", "it\u{0}"));
        }
    }

    #[test]
    fn garbage_is_an_error_and_not_a_wait() {
        assert!(take::<Answer>(&mut b"\xff\xff\xff\xffgarbage".to_vec()).is_err());
        assert!(take::<Answer>(&mut b"\x04\0\0\0nope".to_vec()).is_err());
        assert!(read::<Order>(&mut &b"\x04\0\0\0no"[..]).is_err());
        assert!(read::<Order>(&mut &b""[..]).unwrap().is_none());
    }
}
