import CArrowABI
import Columnar
import Synchronization
import TestSupport
import Testing

@Suite("Ownership across the C Data Interface")
struct OwnershipTests {
  private static let source: ExchangeArray = {
    var array = ExchangeArray(
      length: 3, nullCount: 1, buffers: ["05"],
      children: [
        ExchangeArray(length: 3, buffers: [nil, "00000000010000000200000003000000", "616263"]),
        ExchangeArray(length: 3, buffers: [nil, "000100"]),
      ])
    array.children[1].dictionary = Indirect(ExchangeArray(length: 2, buffers: [nil, "0708"]))
    return array
  }()
  private static let type = ColumnType.struct([
    Field(name: "a", type: .utf8),
    Field(name: "b", type: .dictionary(index: .int8, value: .int8, isOrdered: false)),
  ])

  @Test("an imported array is released once, after the last slice of the last child", arguments: [0, 1])
  func released(misalignment: Int) throws {
    let producer = ForeignProducer(misalignment: misalignment)
    var array = producer.array(Self.source)
    var column: Column? = try Column(taking: &array, as: Self.type)
    var part = try column?.fieldColumns()[0].slice(1..<3)
    column = nil
    #expect(producer.releaseCount == 0)
    #expect(try part?.toArray(of: String.self) == ["b", "c"])
    part = nil
    #expect(producer.alive == 0 && producer.releaseCount == 4)
  }

  @Test("buffers that are not aligned are copied, all others are not")
  func copies() throws {
    for misalignment in [0, 1, 4] {
      let producer = ForeignProducer(misalignment: misalignment)
      var array = producer.array(ExchangeArray(length: 2, buffers: [nil, "0100000002000000"]))
      let original = array.buffers?[1]
      let column = try Column(taking: &array, as: .int32)
      #expect((column.buffers[0].baseAddress == original) == (misalignment != 1))
      #expect(try column.toArray(of: Int32.self) == [1, 2])
      // Nothing points into the foreign memory any more.
      #expect((producer.alive == 0) == (misalignment == 1))
    }
  }

  @Test("the last reference may go on any thread")
  func anyThread() async throws {
    let producer = ForeignProducer()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<200 {
        group.addTask {
          var array = producer.array(Self.source)
          guard let column = try? Column(taking: &array, as: Self.type) else { return }
          let slices = (0..<3).map { column.slice($0..<3) }
          await withTaskGroup(of: Int.self) { group in
            for slice in slices { group.addTask { slice.nullCount } }
          }
        }
      }
    }
    #expect(producer.alive == 0 && producer.releaseCount == 800)
  }

  @Test("an exported column gives its memory back at the release, once")
  func exported() throws {
    let foreign = ForeignMemory()
    var column: Column? = try Column(type: .int64, count: 2, buffers: [foreign.buffer([1, 2] as [Int64])])
    var array = ArrowArray()
    column?.slice(1..<2).export(to: &array)
    column = nil
    #expect(foreign.releaseCount == 0)
    #expect(array.length == 1 && array.offset == 1)
    let copy = array
    array.release?(&array)
    #expect(foreign.releaseCount == 1)
    #expect(array.release == nil && copy.release != nil)
  }

  @Test("children that were moved away outlive their parent, and are released by themselves", arguments: [true, false])
  func movedChildren(parentFirst: Bool) throws {
    let foreign = ForeignMemory()
    func child(_ value: Int64) throws -> Column {
      try Column(type: .int64, count: 1, buffers: [foreign.buffer([value])])
    }
    var builder = StructBuilder()
    builder.append()
    let fields = [Field(name: "a", type: .int64), Field(name: "b", type: .int64)]
    var array = ArrowArray()
    try builder.finish(fields: fields, columns: [child(1), child(2)]).export(to: &array)

    guard let original = array.children?[1] else { throw ColumnError(code: .invalidLayout, message: "no child") }
    var moved = original.pointee
    original.pointee.release = nil
    if parentFirst {
      array.release?(&array)
      #expect(foreign.releaseCount == 1)
      #expect(try Column(taking: &moved, as: .int64).toArray(of: Int64.self) == [2])
    } else {
      moved.release?(&moved)
      #expect(foreign.releaseCount == 1)
      array.release?(&array)
    }
    #expect(foreign.releaseCount == 2)
  }

  @Test("a dictionary and the children of a schema are released with it")
  func dictionary() throws {
    let foreign = ForeignMemory()
    let values = try Column(type: .int8, count: 2, buffers: [foreign.buffer([7, 8] as [Int8])])
    var array = ArrowArray()
    try Column.dictionaryEncoded(indices: Column([1, 0] as [Int8?]), dictionary: values).export(to: &array)
    withExtendedLifetime(values) {}
    #expect(array.dictionary != nil)
    array.release?(&array)
    var schema = ArrowSchema()
    Field(name: "", type: Self.type).export(to: &schema)
    guard let child = schema.children?[0] else { throw ColumnError(code: .invalidLayout, message: "no child") }
    var moved = child.pointee
    child.pointee.release = nil
    schema.release?(&schema)
    #expect(try Field(taking: &moved) == Field(name: "a", type: .utf8))
  }
}
