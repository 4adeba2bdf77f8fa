import Essentials
import HostSupport

/// What Python programs have answered, remembered across processes: starting one costs more than all else of a start.
///
/// An answer holds as long as nothing has changed that it depends on: the program with all links that lead to it, the
/// configuration of its virtual environment, its library, and where the loader looks for libraries.
struct ProgramAnswers {
  private let folder: CacheFolder?
  private let environment: [String: String]
  private let asksAnew: Bool

  /// - Parameter asksAnew: whether what is remembered is only replaced.
  init(_ environment: [String: String], asksAnew: Bool) {
    folder = CacheFolder(environment)
    self.environment = environment
    self.asksAnew = asksAnew
  }

  private struct Entry: Codable {
    let question: String
    let state: [String]
    let library: String
    let answer: Data
  }

  /// - Parameter library: the path of the library that an answer leads to, nil for none.
  func answer(of program: String, to question: String, library: (Data) -> String?) -> Data? {
    guard !asksAnew, let folder, let state = state(of: program), let content = folder.read(name(of: program)),
      let entry = try? JSONDecoder().decode(Entry.self, from: Data(content)), entry.question == question,
      entry.state == state, entry.library == library(entry.answer).map({ fileIdentity($0) })
    else { return nil }
    return entry.answer
  }

  /// Remembers an answer that leads to a library.
  ///
  /// Only that of a program which says that it is itself what was started: a shim decides anew each time what it starts.
  func remember(_ answer: Data, of program: String, saidToBe executable: String, to question: String, library: String) {
    guard let folder, executable == program, let state = state(of: program) else { return }
    let entry = Entry(question: question, state: state, library: fileIdentity(library), answer: answer)
    guard let content = try? JSONEncoder().encode(entry) else { return }
    folder.write(name(of: program), Array(content))
  }

  private func name(of program: String) -> String { "python-\(String(StableHash(program.utf8).value, radix: 16)).json" }

  // MARK: What an answer depends on

  /// Nil for what is not remembered: a relative path, and a script, which may start anything.
  private func state(of program: String) -> [String]? {
    guard program.hasPrefix("/"), Self.isBinary(program) else { return nil }
    var state = [program]
    var path = program
    for _ in 0..<40 {
      state.append(fileIdentity(path, followingLinks: false))
      let folder = Self.parent(path)
      for place in [folder, Self.parent(folder)] { state.append(fileIdentity(place + "/pyvenv.cfg")) }
      guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { break }
      path = target.hasPrefix("/") ? target : folder + "/" + target
    }
    for name in ["LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH", "DYLD_INSERT_LIBRARIES"] {
      if let value = environment[name] { state.append("\(name)=\(value)") }
    }
    return state
  }

  private static func isBinary(_ program: String) -> Bool {
    let descriptor = open(program, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let start = Bytes.readSome(4, from: descriptor)
    return start == [0x7F, 0x45, 0x4C, 0x46] || Self.machO.contains(start)
  }

  /// For 64 bits and for several architectures, in either order of bytes.
  private static let machO: [[UInt8]] = [
    [0xCF, 0xFA, 0xED, 0xFE], [0xFE, 0xED, 0xFA, 0xCF], [0xCA, 0xFE, 0xBA, 0xBE], [0xCA, 0xFE, 0xBA, 0xBF],
  ]

  private static func parent(_ path: String) -> String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
}
