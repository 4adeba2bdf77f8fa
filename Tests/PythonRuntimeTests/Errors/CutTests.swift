import HostSupport
import Testing

/// Texts on their way through several errors, each of which cuts what it is given.
@Suite struct CutTests {
  private let long = String(repeating: "a", count: 3_000_000)

  @Test(arguments: [100, 1_000, 20_000, 2_999_999])
  func `a text that is cut twice says how much of the first is left out`(limit: Int) {
    let once = long.cut(to: limit)
    #expect(once.cut(to: limit) == once)
    #expect(once.cut(to: 90) == long.cut(to: 90))
    #expect(once.cut(to: limit + 10) == once)
    #expect("Error: \(once)".cut(to: limit).hasSuffix("a" + String.leftOut(3_000_007 - limit)))
  }

  @Test func `so do lines, and the whole of them`() {
    let lines = "one\n\(long)\r\n\(long)\nfour"
    let once = lines.cut(lines: 4_000, whole: 20_000)
    #expect(once.hasPrefix("one\naaa"))
    #expect(once.hasSuffix("a… (2,996,000 more characters)\nfour"))
    #expect(once.cut(lines: 4_000, whole: 20_000) == once)
    let whole = lines.cut(lines: 4_000, whole: 5_000)
    #expect(whole.count < 5_100)
    // Of 6,000,010 characters all but the first line, 4,000 of the second, and what of the third there is room for.
    let kept = 5_000 - 4 - (4_000 + String.leftOut(2_996_001).count) - 1
    #expect(whole.hasSuffix("\na" + String(repeating: "a", count: kept - 1) + String.leftOut(3_000_005 - kept)))
    #expect(whole.cut(lines: 4_000, whole: 5_000) == whole)
    #expect("Error: \(whole)".cut(lines: 4_000, whole: 4_990).hasSuffix(String.leftOut(3_000_005 - kept + 17)))
  }

  @Test func `of a list the first are shown, each cut, and the others counted`() {
    #expect([String]().listed().isEmpty)
    #expect(["a", "b"].listed() == "a, b")
    #expect(["a", "b", "c"].listed(atMost: 3) == "a, b, c")
    #expect((1...20).map(String.init).listed(atMost: 3) == "1, 2, 3 and 17 more")
    #expect(["a", "b", "c"].listed(separator: "; ", atMost: 2) == "a; b and 1 more")
    #expect([long, "b"].listed(each: 2) == "aa… (2,999,998 more characters), b")
  }

  @Test(arguments: [
    "… (99999999999999999999999999999999 more characters)", "… ( more characters)", "(1 more character)",
    "… (-1 more characters)",
    " more characters)", "",
  ])
  func `what only looks like the end of a cut text is text`(end: String) {
    let text = String(repeating: "b", count: 200) + end
    let leftOut = String.leftOut(100 + end.unicodeScalars.count)
    #expect(text.cut(to: 100) == String(repeating: "b", count: 100) + leftOut)
    #expect(text.cut(lines: 100, whole: 1_000) == text.cut(to: 100))
  }
}
