//! Rows of a file or another database, written without becoming documents first. Their meaning is
//! that of `rows/reader.py` in the Python package, to which every unusual row goes.
//!
//! A row is *fetched* in one go, by place: no code of the program's runs meanwhile, so what it does
//! later to the row changes nothing. Then its values are written as those of a document are. Where a
//! row is *in step* with the ones before it, that is done only from the first value on for which
//! Python is asked; what comes before is written from where it stands.

mod codec;
mod fetch;
mod in_step;
mod rules;
mod text;
mod write;

pub(crate) use codec::RowCodec;
pub(crate) use write::Rows;
