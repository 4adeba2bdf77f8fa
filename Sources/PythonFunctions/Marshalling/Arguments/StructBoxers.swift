import CPythonABI
import Columnar
import PythonRuntime

extension Conversion {
  /// The reader of a struct column: field by field for a few rows at a time where no row is null.
  ///
  /// Null rows have fields too, of which nothing is known, not even that objects can be made of them.
  func structReader(of column: Column, _ boxer: ObjectBoxer) -> ArgumentReader {
    guard column.unsafeValidity == nil else { return api.reader(of: column, boxer) }
    return ArgumentReader(runsPython: boxer.runsPython) { rows, slot, stride in
      var made = 0
      while made < rows.count {
        let first = rows.lowerBound + made
        let block = first..<min(first + ObjectBoxer.blockRows, rows.upperBound)
        let count = boxer.box(block, slot + made * stride, stride)
        made += count
        if count < block.count { break }
      }
      return made
    }
  }
}

/// Makes the struct's object of the fields of a row.
struct ObjectBoxer: RowBoxer {
  let fields: [ArgumentReader]
  let maker: ObjectMaker
  let runsPython: Bool
  let api: PythonAPI

  /// As many as the loop over rows makes at a time.
  static let blockRows = 32

  func box(_ row: Int) -> ObjectPointer? {
    withUnsafeTemporaryAllocation(of: ObjectPointer?.self, capacity: fields.count + 1) { slots in
      guard let base = slots.baseAddress else { return nil }
      base.initialize(to: nil)
      var made = 0
      defer { for index in 0..<made { api.pointee.Py_DecRef(base[index + 1]) } }
      for read in fields {
        guard read(row..<row + 1, base + 1 + made, 1) == 1 else { return nil }
        made += 1
      }
      return maker.make(base + 1, fields.count)
    }
  }

  /// Makes the objects of a block of rows; gives how many, fewer than rows with an exception pending.
  func box(_ rows: Range<Int>, _ slot: UnsafeMutablePointer<ObjectPointer?>, _ stride: Int) -> Int {
    // A row's fields stand together, after a slot that is CPython's to use during the call.
    let width = fields.count + 1
    return withUnsafeTemporaryAllocation(of: ObjectPointer?.self, capacity: width * rows.count) { slots in
      guard let base = slots.baseAddress else { return 0 }
      base.initialize(repeating: nil, count: slots.count)
      // What is left when a row fails.
      defer { for case let object? in slots { api.pointee.Py_DecRef(object) } }
      for (index, read) in fields.enumerated() where read(rows, base + 1 + index, width) < rows.count {
        // The first row that fails is not known before all fields have been read, so once more, row by row.
        api.pointee.PyErr_Clear()
        return boxOneByOne(rows, slot, stride)
      }
      for row in 0..<rows.count {
        let vector = base + row * width + 1
        guard let object = maker.make(vector, fields.count) else { return row }
        slot[row * stride] = object
        for index in 0..<fields.count {
          api.pointee.Py_DecRef(vector[index])
          vector[index] = nil
        }
      }
      return rows.count
    }
  }

  private func boxOneByOne(_ rows: Range<Int>, _ slot: UnsafeMutablePointer<ObjectPointer?>, _ stride: Int) -> Int {
    for (index, row) in rows.enumerated() {
      guard let object = box(row) else { return index }
      slot[index * stride] = object
    }
    return rows.count
  }
}
