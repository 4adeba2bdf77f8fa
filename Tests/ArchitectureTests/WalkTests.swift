import Foundation
import TestSupport
import Testing

/// The files that `CONTRIBUTING.md` names are there.
struct WalkTests {
  @Test func `every Swift file that is named with its folder exists`() throws {
    let text = try String(contentsOfFile: Checkout.root + "/CONTRIBUTING.md", encoding: .utf8)
    let named = text.matches(of: /`([A-Za-z][^`\s]*\/[^`\s]+\.swift)`/).map { String($0.1) }
    #expect(named.count >= 15)
    for path in named {
      let places = ["Sources/\(path)", path].map { "\(Checkout.root)/\($0)" }
      #expect(places.contains(where: FileManager.default.fileExists), "CONTRIBUTING.md names \(path)")
    }
  }
}
