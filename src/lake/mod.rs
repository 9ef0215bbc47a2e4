//! Where partitions live: everything that knows Polars and object stores.

pub mod probe;
pub mod text;
pub mod write;

mod observe;
mod place;
mod route;
mod scan;
mod small;
mod source;
mod template;
mod types;

pub use observe::{Found, is_version, list, version};
pub use place::{OpenError, Place, attempt_path};
pub use route::{Share, count, keep, shares};
pub use scan::scan;
pub use source::{SourceError, SourceFrame, read, rejects_file};
pub use template::Template;
pub use types::{data_type, describe, schema, struct_fields, type_of};
