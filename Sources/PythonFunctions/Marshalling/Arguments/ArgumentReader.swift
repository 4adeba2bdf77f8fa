import CPythonABI
import Columnar
import PythonRuntime

/// Makes the Python objects for a few rows of a column, as new references, at `slot`, `slot + stride`, ...
///
/// Chosen once per batch for the column's type, and called once per block of rows, so that no row pays for a choice. It
/// holds pointers into the column, which the caller keeps alive. Gives the number of objects made: fewer than rows when
/// one could not be made, with an exception pending. A null row gives `None`.
struct ArgumentReader {
  /// Whether code of the user's runs when an object is made, or anything else that may take its time.
  let runsPython: Bool
  typealias Read = (_ rows: Range<Int>, _ slot: UnsafeMutablePointer<ObjectPointer?>, _ stride: Int) -> Int
  private let read: Read
  /// The same over places that hold what an earlier call put there and nobody else has any more, or nil: it is written
  /// anew, or dropped. Nil for types whose objects cannot be.
  let refill: Read?

  init(runsPython: Bool, refill: Read? = nil, _ read: @escaping Read) {
    self.runsPython = runsPython
    self.refill = refill
    self.read = read
  }

  @inline(__always)
  func callAsFunction(_ rows: Range<Int>, _ slot: UnsafeMutablePointer<ObjectPointer?>, _ stride: Int) -> Int {
    read(rows, slot, stride)
  }
}

/// Makes the Python object for one row of one type of column; a type of its own per column type, so that the loop over
/// rows is compiled for each.
protocol RowBoxer {
  /// A new reference, or nil with an exception pending.
  func box(_ row: Int) -> ObjectPointer?
  /// As of `ArgumentReader`.
  var runsPython: Bool { get }
}

extension RowBoxer {
  var runsPython: Bool { false }
}

/// A boxer of numbers, whose objects are their value and nothing else: no hash, no weak reference, no link of the
/// collector's depends on it.
///
/// An object that only we refer to can therefore get another value. Freeing it and making a new one was measured to be a
/// fifth of the time that a function of one `int` takes.
protocol NumberBoxer: RowBoxer {
  /// A new reference, or nil with an exception pending.
  ///
  /// - Parameter spent: an object that `box` made and only the caller refers to, or nil; either way not the caller's
  ///   afterwards.
  func box(_ row: Int, over spent: ObjectPointer?) -> ObjectPointer?
}

extension UnsafePointer<PythonFunctions> {
  /// The reader for a column of numbers, with `None` for its null rows.
  @inline(__always)
  func numberReader(of column: Column, _ boxer: some NumberBoxer) -> ArgumentReader {
    let api = self
    let validity = column.unsafeValidity
    let read = reader(of: column, boxer)
    return ArgumentReader(
      runsPython: false,
      refill: { rows, slot, stride in
        var next = slot
        for row in rows {
          let spent = next.pointee
          if let (bytes, bitOffset) = validity,
            bytes[(bitOffset &+ row) >> 3] & (1 << UInt8(truncatingIfNeeded: (bitOffset &+ row) & 7)) == 0
          {
            if let spent { api.pointee.Py_DecRef(spent) }
            next.pointee = api.none
          } else {
            next.pointee = boxer.box(row, over: spent)
            if next.pointee == nil { return row - rows.lowerBound }
          }
          next += stride
        }
        return rows.count
      }, read.callAsFunction)
  }

  /// The reader for a column, with `None` for its null rows.
  @inline(__always)
  func reader(of column: Column, _ boxer: some RowBoxer) -> ArgumentReader {
    let api = self
    guard let (bytes, bitOffset) = column.unsafeValidity else {
      return ArgumentReader(runsPython: boxer.runsPython) { rows, slot, stride in
        var next = slot
        for row in rows {
          guard let object = boxer.box(row) else { return row - rows.lowerBound }
          next.pointee = object
          next += stride
        }
        return rows.count
      }
    }
    return ArgumentReader(runsPython: boxer.runsPython) { rows, slot, stride in
      var next = slot
      for row in rows {
        let bit = bitOffset &+ row
        if bytes[bit >> 3] & (1 << UInt8(truncatingIfNeeded: bit & 7)) == 0 {
          api.pointee.Py_IncRef(api.none)
          next.pointee = api.none
        } else {
          guard let object = boxer.box(row) else { return row - rows.lowerBound }
          next.pointee = object
        }
        next += stride
      }
      return rows.count
    }
  }
}

struct NoneBoxer: RowBoxer {
  /// Immortal since 3.12, so no reference is counted.
  let none: ObjectPointer

  func box(_ row: Int) -> ObjectPointer? { none }
}
