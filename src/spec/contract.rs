//! What a dataset promises: its columns, their types, and whether they may be null.

use std::fmt;

/// The type of a column, as people declare it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Type {
    /// True or false.
    Boolean,
    /// Signed 8-bit integer.
    Int8,
    /// Signed 16-bit integer.
    Int16,
    /// Signed 32-bit integer.
    Int32,
    /// Signed 64-bit integer.
    Int64,
    /// Unsigned 8-bit integer.
    UInt8,
    /// Unsigned 16-bit integer.
    UInt16,
    /// Unsigned 32-bit integer.
    UInt32,
    /// Unsigned 64-bit integer.
    UInt64,
    /// 32-bit float.
    Float32,
    /// 64-bit float.
    Float64,
    /// Text.
    String,
    /// A civil date.
    Date,
    /// A civil date and time without a zone, in microseconds.
    Datetime,
    /// An instant, in microseconds, shown in UTC.
    Instant,
    /// A length of time, in microseconds.
    Duration,
    /// An exact number with this many decimal places (38 digits in all).
    Decimal(u8),
    /// A list of one type.
    List(Box<Type>),
    /// Named fields.
    Struct(Vec<(String, Type)>),
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("boolean"),
            Self::Int8 => f.write_str("int8"),
            Self::Int16 => f.write_str("int16"),
            Self::Int32 => f.write_str("int32"),
            Self::Int64 => f.write_str("int64"),
            Self::UInt8 => f.write_str("uint8"),
            Self::UInt16 => f.write_str("uint16"),
            Self::UInt32 => f.write_str("uint32"),
            Self::UInt64 => f.write_str("uint64"),
            Self::Float32 => f.write_str("float32"),
            Self::Float64 => f.write_str("float64"),
            Self::String => f.write_str("string"),
            Self::Date => f.write_str("date"),
            Self::Datetime => f.write_str("datetime"),
            Self::Instant => f.write_str("instant"),
            Self::Duration => f.write_str("duration"),
            Self::Decimal(scale) => write!(f, "decimal(38,{scale})"),
            Self::List(inner) => write!(f, "list<{inner}>"),
            Self::Struct(fields) => {
                f.write_str("struct<")?;
                for (position, (name, kind)) in fields.iter().enumerate() {
                    let comma = if position == 0 { "" } else { ", " };
                    write!(f, "{comma}{name}: {kind}")?;
                }
                f.write_str(">")
            }
        }
    }
}

/// One column of a [`Contract`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Column {
    /// The column's name.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// Whether a null is allowed.
    pub nullable: bool,
    /// What it means, for readers of the catalog.
    pub description: String,
    /// Whether its values are kept from previews, profiles and the web.
    pub masked: bool,
}

/// The columns a dataset promises, in order.
///
/// ```
/// use tidemill::prelude::*;
///
/// let contract = Contract::new([("event_id", Type::String), ("amount", Type::Decimal(2))])
///     .required(["event_id"]);
/// assert_eq!(contract.columns().len(), 2);
/// assert!(!contract.columns()[0].nullable);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Contract {
    columns: Vec<Column>,
    unknown: Vec<String>,
}

impl Contract {
    /// A contract of nullable columns, in the order given.
    #[must_use]
    pub fn new<N: Into<String>>(columns: impl IntoIterator<Item = (N, Type)>) -> Self {
        let columns = columns
            .into_iter()
            .map(|(name, kind)| Column {
                name: name.into(),
                kind,
                nullable: true,
                description: String::new(),
                masked: false,
            })
            .collect();
        Self { columns, unknown: Vec::new() }
    }

    /// Forbids nulls in these columns.
    #[must_use]
    pub fn required<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        for name in names {
            match self.columns.iter_mut().find(|column| column.name == name.as_ref()) {
                Some(column) => column.nullable = false,
                None => self.unknown.push(name.as_ref().to_owned()),
            }
        }
        self
    }

    /// Says what a column means.
    #[must_use]
    pub fn describe(mut self, name: &str, text: &str) -> Self {
        match self.columns.iter_mut().find(|column| column.name == name) {
            Some(column) => text.clone_into(&mut column.description),
            None => self.unknown.push(name.to_owned()),
        }
        self
    }

    /// Keeps the values of these columns from whoever looks: in previews and profiles, on the
    /// terminal and on the web, they are null for everybody, admins too. Jobs read them, and so
    /// does whoever reads the files.
    ///
    /// A job that hands such a column on masks it in its own contract.
    ///
    /// ```
    /// use tidemill::prelude::*;
    ///
    /// let contract = Contract::new([("id", Type::Int64), ("email", Type::String)]).masked(["email"]);
    /// assert!(contract.is_masked("email"));
    /// ```
    #[must_use]
    pub fn masked<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        for name in names {
            match self.columns.iter_mut().find(|column| column.name == name.as_ref()) {
                Some(column) => column.masked = true,
                None => self.unknown.push(name.as_ref().to_owned()),
            }
        }
        self
    }

    /// Whether the values of a column are kept from whoever looks.
    #[must_use]
    pub fn is_masked(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.masked && column.name == name)
    }

    /// The columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Names given to [`required`](Self::required), [`masked`](Self::masked) or
    /// [`describe`](Self::describe) that no column has: a declaration error, reported with the
    /// others.
    #[must_use]
    pub fn unknown_names(&self) -> &[String] {
        &self.unknown
    }
}
