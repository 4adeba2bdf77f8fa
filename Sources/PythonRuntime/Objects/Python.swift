import CPythonABI

/// The proof that the calling thread holds the GIL of an interpreter, passed to the closure of `withGIL`.
///
/// It can be neither copied nor kept: it ends with the closure, and with it everything borrowed from it.
public struct Python: ~Copyable, ~Escapable {
  /// The interpreter whose GIL is held.
  package let state: InterpreterState

  @_lifetime(borrow state)
  init(_ state: borrowing InterpreterState) {
    self.state = copy state
  }

  package var api: PythonAPI { state.api }
}
