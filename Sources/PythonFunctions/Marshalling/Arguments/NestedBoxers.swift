import Functions
import CPythonABI
import Columnar
import PythonRuntime

extension Conversion {
  func listReader(of column: Column, _ field: Field, _ element: UDFType) throws -> ArgumentReader {
    guard let child = column.children.first, let item = column.type.childFields.first else {
      return api.reader(of: column, NoneBoxer(none: api.none))
    }
    let elements = try reader(of: child, item, as: element)
    return api.reader(of: column, ListBoxer(spans: ListSpans(column), elements: elements, api: api))
  }

  func mapReader(of column: Column, _ key: UDFType, _ value: UDFType) throws -> ArgumentReader {
    guard let fields = column.type.mapFields, let entries = try column.children.first?.fieldColumns() else {
      return api.reader(of: column, NoneBoxer(none: api.none))
    }
    return api.reader(
      of: column,
      MapBoxer(
        spans: ListSpans(column), keys: try reader(of: entries[0], fields.key, as: key),
        values: try reader(of: entries[1], fields.value, as: value), api: api))
  }

  func structReader(
    of column: Column, _ field: Field, _ structure: UDFType.Structure
  ) throws -> ArgumentReader {
    guard case .struct(let fields) = column.type, let places = structure.places(in: fields) else {
      return api.reader(of: column, NoneBoxer(none: api.none))
    }
    let columns = try column.fieldColumns()
    let readers = try zip(structure.fields, places).map { field, place in
      try reader(of: columns[place], fields[place], as: field.type)
    }
    let names = try structure.fields.enumerated().map { index, field in
      try name(field.name.isEmpty ? "v\(index + 1)" : field.name)
    }
    switch structure.form {
    case .record:
      let type = try attribute("Record", of: "clutch")
      return api.reader(of: column, RecordBoxer(fields: readers, names: names, type: type, api: api))
    case .dict:
      return structReader(
        of: column,
        ObjectBoxer(
          fields: readers, maker: .dictionary(try DictionaryMaker(names, self)),
          runsPython: readers.contains(where: \.runsPython), api: api))
    case .positional, .keywords:
      let type = try classObject(structure.classIndex ?? -1)
      let keywords = structure.form == .positional ? nil : try tuple(of: names)
      let maker = try ObjectMaker(type, names.count, keywords: keywords, self)
      let isPlain = try support("is_plain_class", [type]) == api.pointee._Py_TrueStruct
      return structReader(
        of: column,
        ObjectBoxer(
          fields: readers, maker: maker, runsPython: !isPlain || readers.contains(where: \.runsPython), api: api))
    }
  }

  private func tuple(of objects: [ObjectPointer]) throws -> ObjectPointer {
    let tuple = try hold(api.pointee.PyTuple_New(objects.count))
    for (index, object) in objects.enumerated() {
      api.pointee.Py_IncRef(object)
      _ = api.pointee.PyTuple_SetItem(tuple, index, object)
    }
    return tuple
  }
}

extension ColumnType {
  /// The fields of a map, or of the large list that stands for one.
  fileprivate var mapFields: (key: Field, value: Field)? {
    if case .map(let key, let value, _) = self { (key, value) } else { largeMapFields }
  }
}

/// Where the elements of each row stand, for every layout of lists.
private enum ListSpans {
  case offsets(UnsafePointer<Int32>)
  case largeOffsets(UnsafePointer<Int64>)
  case views(UnsafePointer<Int32>, UnsafePointer<Int32>)
  case largeViews(UnsafePointer<Int64>, UnsafePointer<Int64>)
  case fixedSize(Int, first: Int)

  init(_ column: Column) {
    switch column.type.layout {
    case .list(offsetByteWidth: 8): self = .largeOffsets(column.unsafeListOffsets(as: Int64.self))
    case .listViews(offsetByteWidth: 8):
      let (offsets, sizes) = column.unsafeListViews(as: Int64.self)
      self = .largeViews(offsets, sizes)
    case .listViews:
      let (offsets, sizes) = column.unsafeListViews(as: Int32.self)
      self = .views(offsets, sizes)
    case .fixedSizeList(let count): self = .fixedSize(count, first: column.offset)
    default: self = .offsets(column.unsafeListOffsets(as: Int32.self))
    }
  }

  subscript(row: Int) -> Range<Int> {
    switch self {
    case .offsets(let offsets): Int(offsets[row])..<Int(offsets[row + 1])
    case .largeOffsets(let offsets): Int(offsets[row])..<Int(offsets[row + 1])
    case .views(let offsets, let sizes): Int(offsets[row])..<Int(offsets[row]) + Int(sizes[row])
    case .largeViews(let offsets, let sizes): Int(offsets[row])..<Int(offsets[row]) + Int(sizes[row])
    case .fixedSize(let count, let first): (first + row) * count..<(first + row + 1) * count
    }
  }
}

private struct ListBoxer: RowBoxer {
  let spans: ListSpans
  let elements: ArgumentReader
  let api: PythonAPI
  var runsPython: Bool { elements.runsPython }

  func box(_ row: Int) -> ObjectPointer? {
    let span = spans[row]
    guard let list = api.pointee.PyList_New(span.count) else { return nil }
    guard !span.isEmpty else { return list }
    guard let places = api.places(of: list, count: span.count, holdNone: runsPython),
      elements(span, places, 1) == span.count
    else {
      api.pointee.Py_DecRef(list)
      return nil
    }
    return list
  }
}

extension UnsafePointer<PythonFunctions> {
  /// The places of a new list, which nobody else has yet: its elements are made where they belong.
  ///
  /// - Parameter holdNone: whether `None` stands there meanwhile. Code that runs in between may ask the collector for all
  ///   lists there are, and CPython looks into none that has empty places.
  func places(of list: ObjectPointer, count: Int, holdNone: Bool) -> UnsafeMutablePointer<ObjectPointer?>? {
    let places = UnsafeMutableRawPointer(list).assumingMemoryBound(to: PyListObject.self).pointee.ob_item
    // Immortal since 3.12, so no reference is counted.
    if holdNone, let places { for index in 0..<count { places[index] = none } }
    return places
  }
}

private struct MapBoxer: RowBoxer {
  let spans: ListSpans
  let keys: ArgumentReader
  let values: ArgumentReader
  let api: PythonAPI
  var runsPython: Bool { keys.runsPython || values.runsPython }

  func box(_ row: Int) -> ObjectPointer? {
    guard let dictionary = api.pointee.PyDict_New() else { return nil }
    for entry in spans[row] where !add(entry, to: dictionary) {
      api.pointee.Py_DecRef(dictionary)
      return nil
    }
    return dictionary
  }

  private func add(_ entry: Int, to dictionary: ObjectPointer) -> Bool {
    var key: ObjectPointer?
    guard keys(entry..<entry + 1, &key, 1) == 1, let key else { return false }
    defer { api.pointee.Py_DecRef(key) }
    var value: ObjectPointer?
    guard values(entry..<entry + 1, &value, 1) == 1, let value else { return false }
    defer { api.pointee.Py_DecRef(value) }
    return api.pointee.PyDict_SetItem(dictionary, key, value) == 0
  }
}

/// A record with the fields of a row.
private struct RecordBoxer: RowBoxer {
  let fields: [ArgumentReader]
  let names: [ObjectPointer]
  let type: ObjectPointer
  let api: PythonAPI
  var runsPython: Bool { fields.contains(where: \.runsPython) }

  func box(_ row: Int) -> ObjectPointer? {
    guard let dictionary = api.call(type, []) else { return nil }
    for (name, read) in zip(names, fields) where !set(name, read, row, in: dictionary) {
      api.pointee.Py_DecRef(dictionary)
      return nil
    }
    return dictionary
  }

  private func set(_ name: ObjectPointer, _ read: ArgumentReader, _ row: Int, in dictionary: ObjectPointer) -> Bool {
    var value: ObjectPointer?
    guard read(row..<row + 1, &value, 1) == 1, let value else { return false }
    defer { api.pointee.Py_DecRef(value) }
    return api.pointee.PyDict_SetItem(dictionary, name, value) == 0
  }
}
