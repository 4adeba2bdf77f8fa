import Testing

/// The table "Where things are" of `CONTRIBUTING.md` is true.
struct ImportTests {
  @Test func `the table has every target, and no other`() throws {
    let (table, targets) = (try ImportTable(), try Targets.names())
    for target in targets.subtracting(table.rows.keys).sorted() {
      Issue.record("CONTRIBUTING.md: the table of targets lacks a row for \(target)")
    }
    for target in Set(table.rows.keys).subtracting(targets).sorted() {
      Issue.record("CONTRIBUTING.md: the table of targets has a row for \(target), which is not in Sources")
    }
  }

  @Test func `a target imports what the table says, and nothing else`() throws {
    let table = try ImportTable()
    for (target, allowed) in table.rows.sorted(by: { $0.key < $1.key }) {
      var unused = allowed
      for (path, code) in try Targets.files(of: target).sorted(by: { $0.key < $1.key }) {
        unused.subtract(code.imports)
        for module in code.imports.subtracting(allowed).subtracting(table.everywhere).sorted() {
          Issue.record(
            """
            Sources/\(target)/\(path) imports \(module): \(target) may import \(allowed.sorted()) by the table in \
            CONTRIBUTING.md
            """)
        }
      }
      for module in unused.sorted() {
        Issue.record("CONTRIBUTING.md: \(target) may import \(module), but no file does: remove it from the table")
      }
    }
  }

  /// One file that imports it puts all of ICU into a program that is linked statically.
  @Test func `Foundation is imported by Essentials alone`() throws {
    let table = try ImportTable()
    let modules = ["Foundation", "FoundationEssentials", "FoundationInternationalization"]
    #expect(table.everywhere.isDisjoint(with: modules))
    for target in try Targets.names().subtracting(["Essentials"]).sorted() {
      for (path, code) in try Targets.files(of: target).sorted(by: { $0.key < $1.key }) {
        for module in code.imports.intersection(modules) {
          Issue.record(
            "Sources/\(target)/\(path) imports \(module): import Essentials, or what the file needs of the system")
        }
      }
    }
  }

  @Test func `imports are found in every form, and not in comments and literals`() {
    let code = SwiftCode(
      #"""
      import Plain
      public import Shown  // import Commented
      @testable @_spi(Test) internal import Attributed
        import Indented
      import struct Kind.Name
      /* import A /* import B */ import C */
      let text = "import D \(value("import E")) import F"
      let python = """
        import G
        """
      let raw = ##"import H "# import I"##
      func important() {}
      """#)
    #expect(code.imports == ["Plain", "Shown", "Attributed", "Kind", "Indented"])
  }

  @Test func `a table is read by its columns`() {
    let table = ImportTable(
      """
      | Command | What |
      |---|---|
      | `a` | b |

      | Target | Holds | May import |
      |---|---|---|
      | every target | | `Foundation` |
      | `A` | `no` module | nothing |
      | `B` | text | `A`, `C` |

      | `D` | after it | `A` |
      """)
    #expect(table.rows == ["A": [], "B": ["A", "C"]])
    #expect(table.everywhere == ["Foundation"])
  }
}
