import CPythonABI

/// Where CPython keeps what a stack is read from, in bytes from the start of each object.
///
/// Since 3.13 a CPython says that itself, at the start of `_PyRuntime`, for debuggers and profilers of other processes
/// (`pycore_debug_offsets.h`; in 3.13 `pycore_runtime.h`): words of 64 bits, at places that are each version's own.
struct FrameOffsets {
  /// In a thread state.
  let currentFrame: UInt
  /// In a frame.
  let previous: UInt
  let executable: UInt
  let instruction: UInt
  let owner: UInt
  /// In a code object.
  let file: UInt
  let qualifiedName: UInt
  let lineTable: UInt
  let firstLine: UInt
  let code: UInt

  /// In objects of every version: PyObject's type, the length of bytes and texts, what bytes hold, and of texts the state and
  /// what they hold.
  static let type: UInt = 8
  static let length: UInt = 16
  static let bytesContent: UInt = 32
  static let textState: UInt = 32
  static let asciiContent: UInt = 40
  static let textContent: UInt = 56

  /// Frames whose owner is this or more are CPython's own, between C code and Python code.
  static let firstOwnOwner: UInt8 = 3

  /// Nil for a CPython that does not say it, or whose version this does not know.
  init?(_ api: PythonAPI) {
    guard let runtime = api.pointee._PyRuntime else { return nil }
    // "xdebugpy"
    guard runtime[0] == 0x7970_6775_6265_6478, runtime[2] == 0 else { return nil }
    // Where the groups begin: the thread state's, the frame's, the code object's.
    let (thread, frame, codeObject): (Int, Int, Int)
    switch runtime[1] >> 16 {
    case 0x030D: (thread, frame, codeObject) = (19, 28, 34)
    case 0x030E: (thread, frame, codeObject) = (22, 31, 39)
    case 0x030F: (thread, frame, codeObject) = (22, 39, 47)
    default: return nil
    }
    currentFrame = UInt(runtime[thread + 4])
    previous = UInt(runtime[frame + 1])
    executable = UInt(runtime[frame + 2])
    instruction = UInt(runtime[frame + 3])
    owner = UInt(runtime[frame + 5])
    file = UInt(runtime[codeObject + 1])
    qualifiedName = UInt(runtime[codeObject + 3])
    lineTable = UInt(runtime[codeObject + 4])
    firstLine = UInt(runtime[codeObject + 5])
    code = UInt(runtime[codeObject + 9])
    // What is copied of each is small; anything else is not what it was taken for.
    let words = [previous, executable, instruction, owner, file, qualifiedName, lineTable, firstLine, code]
    guard words.allSatisfy({ $0 < 1_024 }) else { return nil }
  }

  /// How much of a frame is read, in bytes.
  var frameSize: Int { Int(max(previous + 8, executable + 8, instruction + 8, owner + 1)) }
}
