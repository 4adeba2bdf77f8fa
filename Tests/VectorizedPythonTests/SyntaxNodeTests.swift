import Foundation
import Testing

@testable import VectorizedPython

@Suite struct SyntaxNodeTests {
  /// As JSON once more.
  private func text(_ node: SyntaxNode) throws -> String {
    switch node {
    case .list(let nodes): "[" + (try nodes.map(text).joined(separator: ",")) + "]"
    case .text(let text): String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    case .number(let number): "\(number)"
    case .null: "null"
    }
  }

  @Test(arguments: [
    ("[]", "[]"), (" [ 1 , -20,null,\n[[ ]] ] ", "[1,-20,null,[[]]]"), (#""a""#, #""a""#),
    (#"["\"\\\/\b\f\n\r\t", "\u00e9\u20AC\ud83d\ude00é€😀"]"#, "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"é€😀é€😀\"]"),
  ])
  func `JSON is read`(json: String, expected: String) throws { #expect(try text(SyntaxNode(json)) == expected) }

  @Test(arguments: [
    "", " ", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[] []", "{}", "true", "nul", "1.5", "1e3", "--1", "-",
    "99999999999999999999", "\"", "\"a", "\"\n\"", #""\x""#, #""\"#, #""\u12"#, #""\u12g4""#, #""\u+123""#,
    #""\ud800""#,
    #""\ud800a""#, #""\ud800\ud800""#, #""\udc00""#, "\0", String(repeating: "[", count: 100_000),
  ])
  func `what is not is an error`(text: String) { #expect(throws: UnreadableSyntax.self) { try SyntaxNode(text) } }
}
