import Foundation
import HostSupport
import Testing

@Suite struct TextTests {
  @Test func `ends of lines and blanks are taken off by scalars`() {
    #expect("\r\n\u{2028} a\nb \u{85}\n".trimmingNewlines == " a\nb ")
    #expect("\t \u{A0}a b\u{3000} ".trimmingBlanks == "a b")
    #expect(" \n".trimmingBlanks == "\n")
    #expect("".trimmingBlanks == "" && "  ".trimmingBlanks == "" && "\n".trimmingNewlines == "")
  }

  @Test func `a scalar is replaced also inside a character`() {
    #expect("'\u{301}a'".replacing(scalar: "'", with: "''").utf8.elementsEqual("''\u{301}a''".utf8))
    #expect("a\r\nb".replacing(scalar: "\n", with: "\\n").utf8.elementsEqual("a\r\\nb".utf8))
  }

  @Test func `the home is written out as shells do it`() {
    let home = FileManager.default.homeDirectoryForCurrentUser.path
    #expect(HomeFolder.expanding("~/a/b") == "\(home)/a/b")
    for path in ["~", "~other/a", "/a/~/b", "a"] { #expect(HomeFolder.expanding(path) == path) }
  }

  @Test func `a file that cannot be written says why`() {
    do {
      try Data().write(to: URL(fileURLWithPath: "/no/such/folder/file"))
      Issue.record("it was written")
    } catch {
      #expect(SystemError(behind: error)?.description == "No such file or directory")
    }
  }
}
