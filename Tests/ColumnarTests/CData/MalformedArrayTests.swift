import CArrowABI
import Columnar
import TestSupport
import Testing

@Suite("Arrays from outside")
struct MalformedArrayTests {
  @Test("a malformed array is an error, and is released", arguments: BrokenArray.all, [0, 1])
  func malformed(broken: BrokenArray, misalignment: Int) {
    expectRefused(broken.array, broken.type, broken.code, misalignment)
  }

  @Test("an index outside its dictionary is an error, unless the row is null", arguments: BrokenArray.indices)
  func indices(type: ColumnType, index: String) throws {
    var array = ExchangeArray(length: 1, nullCount: 0, buffers: [nil, index])
    array.dictionary = Indirect(ExchangeArray(length: 2, nullCount: 0, buffers: [nil, "0102"]))
    let dictionary = ColumnType.dictionary(index: type, value: .int8, isOrdered: false)
    expectRefused(array, dictionary, .invalidIndex)
    array.buffers[0] = "00"
    array.nullCount = -1
    var foreign = ForeignProducer().array(array)
    #expect(try Column(taking: &foreign, as: dictionary).canonicalRows() == [.null])
  }

  @Test(
    "a null row of views may hold anything", arguments: [ColumnType.utf8View, .listView(Field(name: "", type: .int8))])
  func nullViews(type: ColumnType) throws {
    let ones = String(repeating: "f", count: 32)
    let child = ExchangeArray(length: 1, buffers: [nil, "01"])
    let array =
      type == .utf8View
      ? ExchangeArray(length: 1, buffers: ["00", ones, nil])
      : ExchangeArray(length: 1, buffers: ["00", ones, ones], children: [child])
    var foreign = ForeignProducer().array(array)
    let column = try Column(taking: &foreign, as: type)
    #expect(try column.canonicalRows() == [.null])
    #expect(column.description.hasSuffix("[null]"))
    if type == .utf8View {
      #expect(try column.strings().bytes(at: 0).byteCount == 0)
    } else {
      #expect(try column.lists().range(at: 0).isEmpty)
    }
  }

  @Test("what was not validated can be described", arguments: BrokenArray.all)
  func described(broken: BrokenArray) {
    let producer = ForeignProducer()
    var array = producer.array(broken.array)
    let description = try? Column(taking: &array, as: broken.type, validation: .none).description
    #expect(description != "")
    #expect(producer.alive == 0)
  }

  @Test("missing lists are an error", arguments: [0, 1, 2, 3])
  func missing(part: Int) {
    let producer = ForeignProducer()
    let child = ExchangeArray(length: 1, buffers: [nil, "01"])
    var array = producer.array(ExchangeArray(length: 1, buffers: [nil], children: [child]))
    switch part {
    case 0: array.buffers = nil
    case 1: array.children = nil
    case 2: array.children?[0]?.pointee.n_buffers = -1
    default:
      guard let moved = array.children?[0] else { return }
      moved.pointee.release?(moved)
    }
    let error = #expect(throws: ColumnError.self) {
      try Column(taking: &array, as: .struct([Field(name: "a", type: .int8)]))
    }
    #expect(error?.code == .invalidLayout)
    #expect(producer.alive == 0)
  }

  @Test("an array can be taken once, and addresses must be addresses", arguments: [0, 1, 3] as [UInt])
  func addresses(address: UInt) throws {
    #expect(throws: ColumnError.self) { try Column.imported(fromArrayAt: address, schemaAt: address) }
    #expect(throws: ColumnError.self) { _ = try RecordBatchStream(importingStreamAt: address) }
    var array = ForeignProducer().array(ExchangeArray(length: 1, buffers: [nil, "01"]))
    _ = try Column(taking: &array, as: .int8)
    let error = #expect(throws: ColumnError.self) { try Column(taking: &array, as: .int8) }
    #expect(error?.message.contains("released") == true)
  }

  private func expectRefused(
    _ array: ExchangeArray, _ type: ColumnType, _ code: ColumnError.Code, _ misalignment: Int = 0
  ) {
    let producer = ForeignProducer(misalignment: misalignment)
    var foreign = producer.array(array)
    let error = #expect(throws: ColumnError.self) { try Column(taking: &foreign, as: type) }
    #expect(error?.code == code, "\(String(describing: error))")
    #expect(foreign.release == nil)
    #expect(producer.alive == 0)
  }
}
