package import Functions

/// What the caller of a function wants otherwise than others.
package struct CallerNeeds: Sendable {
  /// The engine that calls, if it is known: its columns are then taken for what it means by them.
  package var engine: Engine?
  /// Whether what is in the columns was not checked when they were read, so that the call has to.
  package var areColumnsUnchecked = false
  /// Whether the columns of a table function come by themselves, without `row` in front of them, as Databend reads them.
  package var hasTablesOfColumns = false
  /// Whether rows that fail are null and have a text in a second column, which RisingWave reads; else what fails a row fails
  /// the batch, unless the function says otherwise.
  package var wantsRowErrors = false
  /// What a failing row does; nil for what the function says.
  package var errorMode: UDFErrorMode?
  /// How long a call may take; where nothing is said, what the function says.
  package var timeouts = UDFTimeouts()
  /// Told of rows that failed without failing their batch: how many, and the first; nil for nobody. Called by whoever calls
  /// the function.
  package var rowsFailed: (@Sendable (Int, UDFRowFailure?) -> Void)?

  package init() {}
}
