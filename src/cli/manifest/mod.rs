//! Commands about manifests that need neither an account nor a running operator: `check`, `explain`, `schema`.

pub mod check;
pub mod explain;
pub mod schema;
