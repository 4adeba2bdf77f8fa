import Functions
import Foundation

extension UDFEnvironment {
  /// Sees to it that its folders are there: without them a source would only say that it lacks a module.
  ///
  /// - Throws: `UDFError` with code `environmentMissing`.
  func check(for source: UDFSource) throws(UDFError) {
    for folder in sitePackages {
      guard folder.hasPrefix("/") else {
        throw UDFError(
          .environmentMissing,
          "\(source.name) cannot be loaded: its environment names the folder '\(folder)', which is no absolute path.")
      }
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
        throw UDFError(
          .environmentMissing,
          """
          \(source.name) cannot be loaded: the folder of its packages, \(folder), is not there; has the environment been \
          removed? Start again to have it built anew.
          """)
      }
    }
  }
}
