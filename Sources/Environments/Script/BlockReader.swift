import Essentials
import Functions
import HostSupport
import PythonRuntime
import Synchronization

/// Has a block's TOML read by a Python program, whose `tomllib` says what is wrong with it and where.
struct BlockReader {
  /// What the block says.
  struct Answer: Codable, Sendable {
    let requiresPython: String?
    let requiresPythonPlace: [Int]
    let dependencies: [String]
    let placement: Placement?
    let workers: Int?
    let python: String?
    let otherTools: [String]
  }

  private struct Problem: Codable {
    let problem: String
    let place: [Int]
  }

  /// What is remembered of a block that is right.
  private struct Entry: Codable {
    let question, toml: String
    let answer: Data
  }

  private static let question = String(decoding: PackageResources.script_block_py, as: UTF8.self)
  private static let deadline: Duration = .seconds(20)

  /// What this process has been told already.
  private static let known = Mutex<[String: Answer]>([:])
  private static let mostKnown = 1_000

  private let discovery: PythonDiscovery

  init(_ discovery: PythonDiscovery) { self.discovery = discovery }

  /// - Throws: `EnvironmentError` with code `badBlock`; `PythonRuntimeError`.
  func read(_ text: BlockText, of source: UDFSource) throws -> Answer {
    if let answer = Self.known.withLock({ $0[text.toml] }) { return answer }
    let answer = try find(text, of: source)
    Self.known.withLock { known in
      if known.count >= Self.mostKnown { known = [:] }
      known[text.toml] = answer
    }
    return answer
  }

  private func find(_ text: BlockText, of source: UDFSource) throws -> Answer {
    let cache = CacheFolder(discovery.environment)
    let name = "script-\(String(StableHash(text.toml.utf8).value, radix: 16)).json"
    if let content = cache?.read(name), let entry = try? JSONDecoder().decode(Entry.self, from: Data(content)),
      entry.question == Self.question, entry.toml == text.toml,
      let answer = try? JSONDecoder().decode(Answer.self, from: entry.answer)
    {
      return answer
    }
    let output = try ask(text.toml)
    if let problem = try? JSONDecoder().decode(Problem.self, from: output), problem.place.count == 2 {
      let place = text.place(line: problem.place[0], column: problem.place[1])
      throw BlockText.error(
        source, place.line, place.column, "\(Secrets(discovery.environment).masked(problem.problem)).")
    }
    guard let answer = try? JSONDecoder().decode(Answer.self, from: output), answer.requiresPythonPlace.count == 2
    else {
      throw EnvironmentError(
        .badBlock,
        "The block '# /// script' of \(source.name) could not be read: Python gave no answer that can be read.")
    }
    // What has a password in it is not copied.
    guard Secrets.withoutUsers(text.toml) == text.toml else { return answer }
    if let content = try? JSONEncoder().encode(Entry(question: Self.question, toml: text.toml, answer: output)) {
      cache?.write(name, Array(content))
    }
    return answer
  }

  private func ask(_ toml: String) throws -> Data {
    let run = try ProgramRun(
      program(), ["-I", "-c", Self.question], environment: discovery.environment, input: Data(toml.utf8),
      separatesOutput: true, deadline: Self.deadline)
    let outcome = try run.wait()
    guard outcome.succeeded else {
      throw EnvironmentError(
        .badBlock, "The block could not be read with \(try program()):\n\(outcome.messages)")
    }
    return outcome.output
  }

  /// One that is found; it need not be one that the block asks for.
  private func program() throws -> String {
    if let running = CPython.installation { return running.executable }
    var search = discovery
    search.requirements = []
    let candidates = search.search()
    guard let installation = PythonDiscovery.choose(from: candidates) else {
      throw PythonRuntimeError(.pythonNotFound, CPython.explanation(of: candidates))
    }
    return installation.executable
  }
}
