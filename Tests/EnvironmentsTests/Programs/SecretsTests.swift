@testable import Environments
import HostSupport
import Testing

struct SecretsTests {
  @Test func `passwords in addresses and variables are hidden`() {
    let secrets = Secrets(
      [
        "UV_INDEX": "corp=https://me:s3cret%2Fword@packages.example/simple", "MY_API_TOKEN": "tok-12345",
        "HOME": "/home/me",
      ],
      ["https://only-a-token@other.example/simple"])
    let said = """
      GET https://me:s3cret%2Fword@packages.example/simple failed (s3cret/word, s3cret%2Fword); tok-12345 \
      at https://x:y@third.example/a and only-a-token in /home/me, mail a@b.example
      """
    #expect(
      secrets.masked(said) == """
        GET https://****@packages.example/simple failed (****, ****); **** \
        at https://****@third.example/a and **** in /home/me, mail a@b.example
        """)
  }

  @Test func `addresses without users are as they were`() {
    let text = "https://example.com/simple?a=b@c git+ssh://git@host/x"
    #expect(Secrets.withoutUsers(text) == "https://example.com/simple?a=b@c git+ssh://host/x")
    #expect(Secrets.withoutUsers("pkg @ https://u:p@h/x.whl ; a") == "pkg @ https://h/x.whl ; a")
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (String(repeating: "a", count: 1_000), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
  ])
  func `sums are those of SHA-256`(text: String, sum: String) { #expect(sha256(text.utf8) == sum) }
}
