import CPythonABI

/// A line of Python code that was seen running.
package struct SampledFrame: Hashable, Sendable, Codable {
  package let file: String
  /// The qualified name, `Class.method`.
  package let function: String
  /// From 1.
  package let line: Int

  package init(file: String, function: String, line: Int) {
    (self.file, self.function, self.line) = (file, function, line)
  }

  /// Whether a person who wrote a file has no use for it: our own code.
  package var isOwn: Bool { file == PythonError.Frame.ownFile }
}

/// Reads the stacks of interpreters while these run, without their GIL and without stopping them: so what is read is where the
/// thread is, and not where it gives the GIL back.
///
/// A stack changes while it is read. What is read is copied by the kernel and is looked at before it is believed: a frame that
/// is none ends the stack. A few of thousands may have a caller that is another call's.
///
/// For one thread at a time.
package final class StackSampler {
  private let offsets: FrameOffsets
  private let memory: CopiedMemory
  private let codeType: UInt
  private let bytesType: UInt
  private let textType: UInt

  private struct Code {
    /// What says that it is the same object still, and not another one at its address.
    let mark: [UInt]
    let file: String
    let function: String
    let lines: LineTable
    /// The numbers of the frames by their lines.
    var frames: [Int: Int] = [:]
  }

  private var codes: [UInt: Code] = [:]
  private var numbers: [SampledFrame: Int] = [:]
  /// The frames that were seen, which stacks name by their places here.
  package private(set) var frames: [SampledFrame] = []

  /// Of a frame in no line, which is CPython's own: one checks what `__init__` returns.
  private static let noLine = -1
  private static let deepest = 128
  private static let mostCodes = 50_000
  private static let longestText = 4_096
  private static let longestTable = 1 << 20
  private var frameBytes: [UInt8]

  /// Nil where CPython does not say how its stacks are read: before 3.13, and in versions that are not known here.
  package init?(_ api: PythonAPI) {
    guard let offsets = FrameOffsets(api), let memory = CopiedMemory(), let codeType = api.pointee.PyCode_Type else {
      return nil
    }
    (self.offsets, self.memory) = (offsets, memory)
    self.codeType = UInt(bitPattern: codeType)
    bytesType = UInt(bitPattern: api.pointee.PyBytes_Type)
    textType = UInt(bitPattern: api.pointee.PyUnicode_Type)
    frameBytes = [UInt8](repeating: 0, count: offsets.frameSize)
  }

  /// What a thread state's Python code is in, innermost first, as places in `frames`; empty when it runs none, nil when it
  /// could not be read.
  package func stack(of thread: SampledThread) -> [Int]? {
    guard var frame = memory.word(at: thread.address + offsets.currentFrame) else { return nil }
    var stack: [Int] = []
    var depth = 0
    while frame != 0, depth < Self.deepest {
      depth += 1
      guard frameBytes.withUnsafeMutableBytes({ memory.copy(frame, into: $0) }) else { break }
      let (executable, instruction) = (word(offsets.executable), word(offsets.instruction))
      frame = word(offsets.previous)
      guard frameBytes[Int(offsets.owner)] < FrameOffsets.firstOwnOwner else { continue }
      // Since 3.14 the lowest bits say who owns the reference.
      guard let number = number(of: executable & ~7, instruction) else { break }
      if number != Self.noLine { stack.append(number) }
    }
    return stack.isEmpty && depth > 0 && frame != 0 ? nil : stack
  }

  private func word(_ offset: UInt) -> UInt { Self.word(frameBytes, offset) }

  private static func word(_ bytes: [UInt8], _ offset: UInt) -> UInt {
    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: Int(offset), as: UInt.self) }
  }

  private func number(of address: UInt, _ instruction: UInt) -> Int? {
    // Everything that is asked of it is in its head, before its instructions.
    guard address != 0, let head = memory.bytes(at: address, count: Int(offsets.code)),
      Self.word(head, FrameOffsets.type) == codeType
    else { return nil }
    let firstLine = Int(Int32(truncatingIfNeeded: Self.firstHalf(head, offsets.firstLine)))
    let mark = [
      Self.word(head, offsets.file), Self.word(head, offsets.qualifiedName), Self.word(head, offsets.lineTable),
      UInt(bitPattern: firstLine),
    ]
    if codes[address]?.mark != mark {
      guard let file = text(mark[0]), let function = text(mark[1]), let table = table(mark[2]) else { return nil }
      if codes.count >= Self.mostCodes { codes = [:] }
      codes[address] = Code(
        mark: mark, file: file, function: function, lines: LineTable(table, firstLine: firstLine))
    }
    guard let code = codes[address] else { return nil }
    let (distance, isBefore) = instruction.subtractingReportingOverflow(address + offsets.code)
    // A frame that is about to be another one's has the one's code and the other one's instruction.
    guard !isBefore, distance / 2 < code.lines.count else { return nil }
    let line = code.lines[Int(distance / 2)]
    guard line > 0 else { return Self.noLine }
    if let known = code.frames[line] { return known }
    let frame = SampledFrame(file: code.file, function: code.function, line: line)
    let number = numbers[frame] ?? frames.count
    if number == frames.count { frames.append(frame) }
    numbers[frame] = number
    codes[address]?.frames[line] = number
    return number
  }

  private static func firstHalf(_ bytes: [UInt8], _ offset: UInt) -> UInt32 {
    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: Int(offset), as: UInt32.self) }
  }

  private func table(_ address: UInt) -> [UInt8]? {
    guard let length = length(of: address, bytesType), length <= Self.longestTable else { return nil }
    return memory.bytes(at: address + FrameOffsets.bytesContent, count: length)
  }

  private func length(of address: UInt, _ type: UInt) -> Int? {
    guard address != 0, memory.word(at: address + FrameOffsets.type) == type,
      let length = memory.word(at: address + FrameOffsets.length), length <= UInt(Int32.max)
    else { return nil }
    return Int(length)
  }

  private func text(_ address: UInt) -> String? {
    guard let length = length(of: address, textType), length <= Self.longestText,
      let word = memory.word(at: address + FrameOffsets.textState)
    else { return nil }
    // Two bits say how it is kept, three how wide a character is, one that it is in the object, one that it is ASCII.
    let (width, isInside, isASCII) = (Int(word >> 2 & 7), word >> 5 & 1 == 1, word >> 6 & 1 == 1)
    guard isInside, [1, 2, 4].contains(width) else { return nil }
    let content = isASCII ? FrameOffsets.asciiContent : FrameOffsets.textContent
    guard let bytes = memory.bytes(at: address + content, count: length * width) else { return nil }
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: width) {
      let value = bytes[start..<start + width].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      text.unicodeScalars.append(Unicode.Scalar(value) ?? "\u{FFFD}")
    }
    return text
  }
}

/// A thread state, which may have ended: only what is there is read.
package struct SampledThread: Hashable, Sendable {
  let address: UInt
}

extension InterpreterState {
  /// The thread state that its code runs in, for a `StackSampler`.
  package var sampledThread: SampledThread { SampledThread(address: UInt(bitPattern: threadState)) }
}

extension StackSampler {
  /// What makes a sampler on the thread that is to have it.
  package struct Maker: @unchecked Sendable {
    // Sendable because the functions are written once, before anything reads them.
    private let api: PythonAPI
    private let version: PythonVersion

    package init(_ state: InterpreterState) { (api, version) = (state.api, state.installation.version) }

    /// Nil where stacks cannot be read: see ``problem``.
    package func make() -> StackSampler? { StackSampler(api) }

    /// Why there is none.
    package var problem: String { "CPython \(version) does not say where its stacks are; 3.13 to 3.15 do" }
  }
}
