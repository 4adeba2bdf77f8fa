import Essentials
import Functions
import HostSupport
import PythonFunctions
import PythonRuntime

/// Where sources were found to belong, remembered across processes: a source that belongs in worker processes need not be
/// loaded in an interpreter first, and one that does not need not be asked for its packages.
///
/// An answer holds as long as nothing has changed that it depends on: the source, the modules that it imports and that are
/// in no package, the Python, and the folders of packages, which change when something is installed or removed there.
struct KeptPlacement {
  struct Answer: Codable {
    var place: Placement
    var reason: String?
    var isAutomatic: Bool
    /// What is told of a source that stays in an interpreter.
    var notes: [String]
  }

  private struct Entry: Codable {
    let question: [String]
    /// The paths that the answer depends on, and in which state they are.
    let paths, state: [String]
    let answer: Answer
  }

  private let folder: CacheFolder
  private let name: String
  private let question: [String]
  private let folders: [String]

  /// Changes with what is known of packages.
  private static let format = "placement 1"

  /// Nil where nothing is kept.
  init?(_ source: UDFSource, _ options: HostOptions, _ installation: PythonInstallation) {
    guard let folder = CacheFolder(options.discovery.environment) else { return nil }
    self.folder = folder
    folders = (options.environment?.sitePackages ?? []) + installation.sitePackages
    let text = Self.sum(source.text)
    let whose = [source.path ?? text, installation.executable] + folders
    // One for each file, so that those of its earlier versions do not stay.
    name = "\(CacheFolder.placements)\(Self.sum(whose.joined(separator: "\n"))).json"
    question = [Self.format, text, "\(source.text.utf8.count)", "\(installation.version)"] + source.functions + whose
  }

  private static func sum(_ text: String) -> String { String(StableHash(text.utf8).value, radix: 16) }

  /// What was found, if that still holds.
  func answer() -> Answer? {
    guard let content = folder.read(name), let entry = try? JSONDecoder().decode(Entry.self, from: Data(content)),
      entry.question == question, entry.state == entry.paths.map({ fileIdentity($0) })
    else { return nil }
    folder.noteUse(name)
    return entry.answer
  }

  /// Has the next start find it again, after an answer that was wrong.
  func forget() { folder.write(name, []) }

  /// After how many seconds one that nobody has used goes.
  private static let lifetime = 90.0 * 86_400

  /// Keeps what was found, if that can be known again, and drops what was found of files that are not used any more.
  func keep(_ answer: Answer, _ findings: PackageFindings) {
    guard findings.isComplete else { return }
    let paths = folders + findings.folders.filter { !folders.contains($0) } + findings.files
    let entry = Entry(question: question, paths: paths, state: paths.map { fileIdentity($0) }, answer: answer)
    guard let content = try? JSONEncoder().encode(entry) else { return }
    folder.write(name, Array(content))
    folder.removeEntries(named: CacheFolder.placements, unusedFor: Self.lifetime)
  }
}
