//! Plain bytes from a file that may be compressed.

use std::io::{self, Cursor, Read};

use flate2::read::MultiGzDecoder;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const BYTE_ORDER_MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// Decompresses gzip and zstd, which are recognised by their first bytes, and drops a byte order
/// mark. A compressed file that was cut short fails when its end is reached.
pub(super) fn open<'a>(mut source: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let head = head(&mut source, ZSTD.len())?;
    let mut plain: Box<dyn Read + 'a> = if head.starts_with(GZIP) {
        Box::new(MultiGzDecoder::new(Cursor::new(head).chain(source)))
    } else if head.starts_with(ZSTD) {
        Box::new(zstd::stream::read::Decoder::new(Cursor::new(head).chain(source))?)
    } else {
        Box::new(Cursor::new(head).chain(source))
    };
    let mut mark = self::head(&mut plain, BYTE_ORDER_MARK.len())?;
    if mark == BYTE_ORDER_MARK {
        mark.clear();
    }
    Ok(Box::new(Cursor::new(mark).chain(plain)))
}

/// The first bytes, fewer only at the end.
fn head(source: &mut impl Read, count: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(count);
    source.by_ref().take(count as u64).read_to_end(&mut head)?;
    Ok(head)
}
