import Foundation
import Statistics
import Testing

@Suite struct PValueTests {
  @Test(arguments: [
    (3e-19, "3 × 10⁻¹⁹"), (2.1e-4, "2 × 10⁻⁴"), (9.4e-8, "9 × 10⁻⁸"), (9.6e-8, "1 × 10⁻⁷"),
    (9.99e-4, "1 × 10⁻³"), (1.2e-3, "0.0012"), (0.042, "0.042"), (0.0996, "0.10"),
    (0.0994, "0.099"), (0.5, "0.50"), (0.32, "0.32"), (0.996, "1.0"), (1, "1.0"),
    (1e-10, "1 × 10⁻¹⁰"), (2.34e-300, "2 × 10⁻³⁰⁰"),
  ])
  func asPeopleReadIt(p: Double, text: String) {
    #expect(PValue(log10: log10(p)).description == text)
  }

  @Test(
    arguments: [
      (-300.001, "< 10⁻³⁰⁰"), (-69_000, "< 10⁻³⁰⁰"), (-.infinity, "< 10⁻³⁰⁰"), (1e-17, "1.0"),
      (-3, "0.0010"), (.nan, "NaN"),
    ] as [(Double, String)]
  )
  func ends(log10P: Double, text: String) {
    #expect(PValue(log10: log10P).description == text)
  }
}
