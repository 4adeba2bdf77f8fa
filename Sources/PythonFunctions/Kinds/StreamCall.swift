package import Functions
import CPythonABI
package import Columnar
package import PythonRuntime

/// A function that takes the batches of a query one after the other, on its way: its iterator lives in one interpreter.
///
/// Between two batches it holds no reference of Python's but what its interpreter keeps.
package final class StreamCall: @unchecked Sendable {
  // Sendable because it is only used under the GIL of the interpreter of its first batch.

  package let function: Int
  /// Where the call is, should that be another process.
  package let remote = RemotePlace()
  /// The key of the iterator over results; nil before the first batch, and when it has ended.
  fileprivate var iterator: Int?
  fileprivate var feed = BatchFeed()
  /// How many results the iterator has given.
  fileprivate var given = 0

  package init(_ function: Int) { self.function = function }
}

/// What the function draws its batches from.
private final class BatchFeed: @unchecked Sendable {
  // Sendable because it is only used under the GIL of its interpreter.

  /// The batch that is to be drawn next, with a reference of its own.
  var pending: ObjectPointer?
  /// Whether there are no more.
  var isOver = false

  /// The batch, or nil with an exception pending.
  func take(_ api: PythonAPI) -> ObjectPointer? {
    if let batch = pending.take() { return batch }
    if isOver {
      api.pointee.PyErr_SetString(api.pointee.PyExc_StopIteration.pointee, "")
      return nil
    }
    return api.raise(
      api.pointee.PyExc_RuntimeError,
      "there is no other batch yet: the result of the one before comes first; give one for each batch in turn")
  }

  /// Takes back what was not drawn; gives whether it was there.
  func takeBack(_ api: PythonAPI) -> Bool {
    guard let batch = pending.take() else { return false }
    api.pointee.Py_DecRef(batch)
    return true
  }
}

extension LoadedModule {
  /// Gives a batch to a function's iterator, begun with the first, and waits for its result, under the GIL of the
  /// interpreter that the module was loaded in, which is the same for all batches of a call.
  ///
  /// A function that raises is called anew with the next batch.
  ///
  /// - Throws: as `rows`.
  package func feed(
    _ stream: StreamCall, _ batch: RecordBatch, _ context: RowContext = RowContext(), in py: borrowing Python
  ) throws -> UDFResult {
    let function = functions[stream.function]
    let conversion = Conversion(py.state, classes: classes, support: support)
    defer { conversion.release() }
    let memory = py.state.memory
    let refusals = memory.refusals
    do {
      guard let callable = function.roles[.call].flatMap(py.state.kept) else {
        throw UDFError(.closed, "UDF \(function.signature.name) has been unloaded")
      }
      let form = function.signature.batchForm
      let caller = StreamCaller(
        stream: stream, callable: callable, state: py.state, conversion: conversion, isTuple: form?.isTuple ?? false,
        tupleClass: try form?.tupleClass.map { try conversion.classObject($0) },
        makeInput: try conversion.supportFunction("batches"))
      var call = try BatchCall(
        function.signature, caller, for: batch, in: py, conversion, columnClass: columnClass(in: py),
        arrays: arrays.flatMap(py.state.kept), context)
      return try call.run()
    } catch {
      // Whoever has it open sees an error, and gives no more batches.
      try? close(stream, in: py)
      guard let error = error as? PythonError else { throw error }
      throw UDFError(error, memory, refusalsBefore: refusals, doing: "UDF \(function.signature.name) failed") ?? error
    }
  }

  /// Tells a function that there are no more batches, and lets it come to its end.
  ///
  /// - Throws: `UDFError`: `rowFailed` when it raises, `wrongResult` when it gives one more result.
  package func finish(_ stream: StreamCall, in py: borrowing Python) throws {
    guard let key = stream.iterator, let iterator = py.state.kept(key) else { return }
    stream.feed.isOver = true
    let name = functions[stream.function].signature.name
    let results = "\(stream.given) batch\(stream.given == 1 ? "" : "es")"
    if let item = py.api.pointee.PyIter_Next(iterator) {
      py.api.pointee.Py_DecRef(item)
      try? close(stream, in: py)
      throw UDFError(.wrongResult, "UDF \(name) gave more results than there were batches: \(results)")
    }
    let error = py.api.pointee.PyErr_Occurred() == nil ? nil : py.api.takePendingError()
    drop(stream, in: py)
    guard let error = error?.droppingFrames(where: { $0.file == LoadedModule.ownFile }) else { return }
    throw UDFError(
      .rowFailed, "UDF \(name) raised after the last of \(results): \(error.summary)", exception: error)
  }

  /// Ends a function before its end: its generator's `finally` blocks run.
  ///
  /// - Throws: `UDFError` with code `rowFailed` when that raises.
  package func close(_ stream: StreamCall, in py: borrowing Python) throws {
    guard let key = stream.iterator else { return }
    defer { drop(stream, in: py) }
    let conversion = Conversion(py.state, classes: classes, support: support)
    defer { conversion.release() }
    guard let iterator = py.state.kept(key) else { return }
    stream.feed.isOver = true
    do { _ = try conversion.support("close", [iterator]) } catch let raised as PythonError {
      let error = raised.droppingFrames { $0.file == LoadedModule.ownFile }
      let name = functions[stream.function].signature.name
      throw UDFError(.rowFailed, "UDF \(name) raised when it was closed: \(error.summary)", exception: error)
    }
  }

  private func drop(_ stream: StreamCall, in py: borrowing Python) {
    if let key = stream.iterator.take() { py.state.drop(key) }
    stream.feed = BatchFeed()
    stream.given = 0
  }

  /// A single batch as all that there is.
  func onlyBatch(
    _ function: Int, _ batch: RecordBatch, _ context: RowContext, in py: borrowing Python
  ) throws -> UDFResult {
    let stream = StreamCall(function)
    // The rest of the function runs before the result is taken.
    var context = context
    context.areTakenAtOnce = false
    let result = try feed(stream, batch, context, in: py)
    try finish(stream, in: py)
    return result
  }
}

/// The iterator of a function, which is given a batch and gives a result.
private struct StreamCaller: BatchCaller {
  let stream: StreamCall
  let callable: ObjectPointer
  let state: InterpreterState
  let conversion: Conversion
  let isTuple: Bool
  /// The class of the tuples; nil for plain ones.
  let tupleClass: ObjectPointer?
  /// Makes an iterator of a function that gives what comes next.
  let makeInput: ObjectPointer

  private var api: PythonAPI { conversion.api }

  func call(_ values: [ObjectPointer]) -> BatchAnswer {
    guard let batch = input(values) else { return .raised }
    // A function that is no generator may draw it while it is called.
    stream.feed.pending = batch
    if stream.iterator == nil, let problem = begin() {
      end()
      return problem
    }
    guard let key = stream.iterator, let iterator = state.kept(key) else {
      end()
      return .refused("its iterator is gone")
    }
    guard let item = api.pointee.PyIter_Next(iterator) else {
      let given = stream.given
      end()
      if api.pointee.PyErr_Occurred() != nil { return .raised }
      return .refused("it ended after \(given) result\(given == 1 ? "" : "s"), before the one for these rows")
    }
    guard !stream.feed.takeBack(api) else {
      api.pointee.Py_DecRef(item)
      end()
      return .refused("it gave a result before it took the batch that this is for")
    }
    stream.given += 1
    return .result(item)
  }

  /// Calls the function; gives what there is instead of its iterator.
  private func begin() -> BatchAnswer? {
    let feed = stream.feed
    guard let take = HostFunction.make(api, named: "next_batch", { api, _, _ in feed.take(api) }) else {
      return .raised
    }
    defer { api.pointee.Py_DecRef(take) }
    guard let input = api.call(makeInput, take) else { return .raised }
    defer { api.pointee.Py_DecRef(input) }
    guard let result = api.call(callable, input) else { return .raised }
    defer { api.pointee.Py_DecRef(result) }
    guard let iterator = api.pointee.PyObject_GetIter(result) else {
      let error = api.takePendingError()
      let shown = result == api.none ? "None" : "\(api.shortRepresentation(result)) of type \(api.typeName(result))"
      if error.typeName == "TypeError", error.traceback.isEmpty {
        return .refused("it returned \(shown), expected an iterator with a result for each batch")
      }
      return .refused("it returned \(shown), which gives no iterator: \(error.summary)")
    }
    stream.iterator = state.keep(iterator)
    return nil
  }

  /// What the function gets for a batch, as a new reference.
  private func input(_ values: [ObjectPointer]) -> ObjectPointer? {
    guard isTuple else {
      api.pointee.Py_IncRef(values[0])
      return values[0]
    }
    if let tupleClass { return api.call(tupleClass, values) }
    guard let tuple = api.pointee.PyTuple_New(values.count) else { return nil }
    for (place, value) in values.enumerated() {
      // The tuple takes a reference over.
      api.pointee.Py_IncRef(value)
      _ = api.pointee.PyTuple_SetItem(tuple, place, value)
    }
    return tuple
  }

  private func end() {
    _ = stream.feed.takeBack(api)
    // What goes may run code of the user's, which must not see the exception.
    let error = api.pointee.PyErr_GetRaisedException()
    if let key = stream.iterator.take() { state.drop(key) }
    stream.feed = BatchFeed()
    stream.given = 0
    if let error { api.pointee.PyErr_SetRaisedException(error) }
  }
}
