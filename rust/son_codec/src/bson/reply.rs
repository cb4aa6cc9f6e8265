//! A server's reply: its batch of documents, or the one that was found, and what is left without.

use super::element::kind;
use super::reader::{Malformed, Reader, split_document};

/// The batch of a reply.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Batch<'a> {
    /// `firstBatch` or `nextBatch`.
    pub(crate) key: &'a [u8],
    /// Where in the reply each of the documents begins.
    pub(crate) offsets: Vec<usize>,
    /// The reply without the element that holds them.
    pub(crate) rest: Vec<u8>,
}

/// Find the batch in a reply. `None` where there is none: an error, or another form of reply.
pub(crate) fn find_batch(reply: &[u8]) -> Result<Option<Batch<'_>>, Malformed> {
    let mut outer = Reader::new(reply)?;
    while let Some(element) = outer.next_element()? {
        if element.key != b"cursor" || element.kind != kind::DOCUMENT {
            continue;
        }
        let cursor_end = reply.len() - outer.bytes_left() - 1;
        let cursor_start = cursor_end - element.value.len();
        let mut cursor = element.as_document()?;
        let mut start = cursor_start + 4;
        while let Some(inner) = cursor.next_element()? {
            let end = cursor_end - cursor.bytes_left() - 1;
            if inner.kind == kind::ARRAY && matches!(inner.key, b"firstBatch" | b"nextBatch") {
                return Ok(Some(Batch {
                    key: inner.key,
                    offsets: offsets_of(inner.value, end - inner.value.len())?,
                    rest: without(reply, &[0, cursor_start], start..end)?,
                }));
            }
            start = end;
        }
        return Ok(None);
    }
    Ok(None)
}

/// The document that the reply to a command has which finds one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FoundDocument {
    /// Where in the reply it begins.
    pub(crate) offset: usize,
    /// The reply without the element that holds it.
    pub(crate) rest: Vec<u8>,
}

/// Find the document of such a reply. `None` where there is none. What comes after it is not looked
/// at.
pub(crate) fn find_document(reply: &[u8]) -> Result<Option<FoundDocument>, Malformed> {
    let mut reader = Reader::new(reply)?;
    let mut start = 4;
    while let Some(element) = reader.next_element()? {
        let end = reply.len() - reader.bytes_left() - 1;
        if element.key == b"value" {
            if element.kind != kind::DOCUMENT {
                return Ok(None);
            }
            return Ok(Some(FoundDocument {
                offset: end - element.value.len(),
                rest: without(reply, &[0], start..end)?,
            }));
        }
        start = end;
    }
    Ok(None)
}

/// Where the documents of an array begin that holds nothing else, if it begins at `start`.
fn offsets_of(array: &[u8], start: usize) -> Result<Vec<usize>, Malformed> {
    let mut offsets = Vec::new();
    let mut items = Reader::new(array)?;
    let end = start + array.len() - 1;
    while let Some(item) = items.next_element()? {
        if item.kind != kind::DOCUMENT {
            return Err(Malformed);
        }
        split_document(item.value)?;
        offsets.try_reserve(1).map_err(|_| Malformed)?;
        offsets.push(end - items.bytes_left() - item.value.len());
    }
    Ok(offsets)
}

/// A reply less some of its bytes, with the lengths mended of the documents around them.
fn without(
    reply: &[u8],
    around: &[usize],
    removed: std::ops::Range<usize>,
) -> Result<Vec<u8>, Malformed> {
    let mut rest = Vec::new();
    rest.try_reserve_exact(reply.len() - removed.len())
        .map_err(|_| Malformed)?;
    rest.extend_from_slice(reply.get(..removed.start).ok_or(Malformed)?);
    rest.extend_from_slice(reply.get(removed.end..).ok_or(Malformed)?);
    for start in around {
        let length = rest
            .get_mut(*start..)
            .and_then(<[u8]>::first_chunk_mut::<4>)
            .ok_or(Malformed)?;
        let before = usize::try_from(i32::from_le_bytes(*length)).map_err(|_| Malformed)?;
        let after = before.checked_sub(removed.len()).ok_or(Malformed)?;
        *length = i32::try_from(after).map_err(|_| Malformed)?.to_le_bytes();
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::super::{Key, Scalar, Writer};
    use super::*;

    fn reply(batch: &str, documents: &[&[u8]]) -> Vec<u8> {
        let named = |text: &str| Key::new(text.as_bytes()).unwrap();
        let mut out = Writer::default();
        let start = out.begin().unwrap();
        out.scalar(&named("ok"), Scalar::double(1.0)).unwrap();
        out.key(kind::DOCUMENT, &named("cursor")).unwrap();
        let cursor = out.begin().unwrap();
        out.scalar(&named("id"), Scalar::int(1 << 40)).unwrap();
        if !batch.is_empty() {
            out.key(kind::ARRAY, &named(batch)).unwrap();
            let array = out.begin().unwrap();
            let mut index = Key::first_index();
            for document in documents {
                out.key(kind::DOCUMENT, &index).unwrap();
                out.append(document).unwrap();
                index.advance();
            }
            out.end(array).unwrap();
        }
        out.text(&named("ns"), b"a.b").unwrap();
        out.end(cursor).unwrap();
        out.scalar(&named("n"), Scalar::int(2)).unwrap();
        out.end(start).unwrap();
        out.bytes().to_vec()
    }

    const ONE: &[u8] = b"\x0C\0\0\0\x10a\0\x01\0\0\0\0";
    const EMPTY: &[u8] = b"\x05\0\0\0\0";

    #[test]
    fn a_batch_is_found_and_cut_out() {
        for key in ["firstBatch", "nextBatch"] {
            for documents in [&[][..], &[ONE], &[ONE, EMPTY, ONE]] {
                let whole = reply(key, documents);
                let batch = find_batch(&whole).unwrap().unwrap();
                assert_eq!(batch.key, key.as_bytes());
                let found = batch.offsets.iter().map(|&offset| &whole[offset..]);
                let found: Vec<_> = found
                    .map(|bytes| split_document(bytes).unwrap().0)
                    .collect();
                assert_eq!(found, documents);
                assert_eq!(batch.rest, reply("", &[]));
            }
        }
    }

    #[test]
    fn a_reply_without_batch_has_none() {
        assert_eq!(find_batch(&reply("", &[])), Ok(None));
        assert_eq!(find_batch(ONE), Ok(None));
    }

    /// A reply with a value of this kind between two others.
    fn found(kind: u8, value: &[u8]) -> Vec<u8> {
        let element = [&[kind][..], b"value\0", value].concat();
        let body = [b"\x10n\0\x01\0\0\0", &element[..], b"\x08ok\0\x01"].concat();
        let length = i32::try_from(body.len() + 5).unwrap().to_le_bytes();
        [&length[..], &body, b"\0"].concat()
    }

    #[test]
    fn a_document_is_found_and_cut_out() {
        let whole = found(kind::DOCUMENT, ONE);
        let document = find_document(&whole).unwrap().unwrap();
        assert_eq!(split_document(&whole[document.offset..]).unwrap().0, ONE);
        assert_eq!(document.rest, b"\x11\0\0\0\x10n\0\x01\0\0\0\x08ok\0\x01\0");
    }

    #[test]
    fn a_reply_without_document_has_none() {
        assert_eq!(find_document(&found(kind::NULL, b"")), Ok(None));
        assert_eq!(find_document(ONE), Ok(None));
    }

    #[test]
    fn damage_is_malformed_and_never_a_panic() {
        let whole = reply("firstBatch", &[ONE, EMPTY]);
        for end in 0..whole.len() {
            assert_eq!(find_batch(&whole[..end]), Err(Malformed));
        }
        for at in 0..whole.len() {
            for value in 0..=255 {
                let mut damaged = whole.clone();
                damaged[at] = value;
                let _ = find_batch(&damaged);
                let _ = find_document(&damaged);
            }
        }
    }
}
