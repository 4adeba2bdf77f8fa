internal import CDuckDBABI

/// Copies between DuckDB's vectors and Arrow columns.
///
/// Numbers have one layout in both, and so have validity masks, so most of this is a copy of memory: about 1 µs for
/// 2,048 values, and nothing of DuckDB's is kept beyond the callback it belongs to.
struct VectorColumns {
  let functions: UnsafePointer<DuckDBFunctions>
  /// The most bytes of text, or elements of lists, that are read into a column with 32-bit offsets; more make one of a
  /// large type. Tests set it lower.
  var shortReach = Int(Int32.max)
}
