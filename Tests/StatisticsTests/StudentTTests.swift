import Foundation
import Statistics
import Testing

/// Values to 50 digits; see `Golden/make_golden.py`.
struct GoldenTail: Decodable, Sendable {
  var t: Double
  var nu: Double
  var p: Double?
  var log10P: Double

  enum CodingKeys: String, CodingKey {
    case t, nu, p
    case log10P = "log10_p"
  }
}

func golden<Value: Decodable>(_ name: String) throws -> [Value] {
  let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
  let data = try Data(contentsOf: folder.appendingPathComponent(name))
  return try JSONDecoder().decode([Value].self, from: data)
}

@Suite struct StudentTTests {
  static let degrees = [0.01, 0.5, 1, 2, 9, 17.3, 99, 1e4, 1e6]

  @Test func tailsAgreeWithFiftyDigits() throws {
    let tails: [GoldenTail] = try golden("student_t.json")
    #expect(tails.count > 300)
    for tail in tails {
      let distribution = try StudentT(degreesOfFreedom: tail.nu)
      let log10P = distribution.log10Survival(tail.t)
      // The second term is the spacing of doubles, which passes 10⁻¹⁰ at log₁₀ p = −500,000.
      let tolerance = 1e-10 + 2 * tail.log10P.ulp
      #expect(abs(log10P - tail.log10P) <= tolerance, "t \(tail.t), ν \(tail.nu)")
      if let p = tail.p {
        let error = distribution.survival(tail.t) / p - 1
        #expect(abs(error) <= 1e-12, "t \(tail.t), ν \(tail.nu)")
      }
    }
  }

  /// Section 10 of the methods note: the t that gives p = 10⁻², 10⁻⁴, … at m = 10.
  @Test(arguments: [(2.821, -2.0), (6.010, -4), (14.04, -7), (51.41, -12), (18506, -35)])
  func publishedCheckValues(t: Double, log10P: Double) throws {
    #expect(abs(try StudentT(degreesOfFreedom: 9).log10Survival(t) - log10P) < 5e-4)
  }

  /// ν = 1 is Cauchy's distribution and ν = 2 has a closed form.
  @Test(arguments: [1e-12, 1e-3, 0.3, 1, 2.5, 40, 1e6, 1e150])
  func closedForms(t: Double) throws {
    let cauchy = atan(1 / t) / .pi
    #expect(abs(try StudentT(degreesOfFreedom: 1).survival(t) / cauchy - 1) < 1e-13)
    let root = t < 1e100 ? (2 + t * t).squareRoot() : t
    let two = 1 / (root * (root + t))
    #expect(abs(try StudentT(degreesOfFreedom: 2).survival(t) / two - 1) < 1e-13)
  }

  @Test(arguments: degrees)
  func oppositeTailsAddUpToOne(degreesOfFreedom: Double) throws {
    let distribution = try StudentT(degreesOfFreedom: degreesOfFreedom)
    for exponent in stride(from: -12.0, through: 12, by: 0.25) {
      let t = pow(10, exponent)
      #expect(abs(distribution.survival(t) + distribution.survival(-t) - 1) < 4e-16)
    }
    #expect(distribution.survival(0) == 0.5)
  }

  /// Also across the point where the other end of the beta function takes over.
  @Test(arguments: degrees)
  func tailsFallAsTGrows(degreesOfFreedom: Double) throws {
    let distribution = try StudentT(degreesOfFreedom: degreesOfFreedom)
    var previous = 0.0
    for t in stride(from: -6.0, through: 6, by: 1e-3) {
      let current = distribution.logSurvival(t)
      #expect(current < previous, "t \(t)")
      previous = current
    }
  }

  @Test func endsOfTheLine() throws {
    let distribution = try StudentT(degreesOfFreedom: 9)
    #expect(distribution.logSurvival(.infinity) == -.infinity)
    #expect(distribution.survival(-.infinity) == 1)
    #expect(distribution.logSurvival(.nan).isNaN)
    #expect(distribution.logSurvival(.greatestFiniteMagnitude).isFinite)
    #expect(distribution.survival(.leastNonzeroMagnitude) == 0.5)
  }

  @Test(arguments: [0, -1, 9e-4, 1.1e10, .infinity, .nan] as [Double])
  func impossibleDegreesOfFreedom(value: Double) {
    #expect(throws: StatisticsError.self) { try StudentT(degreesOfFreedom: value) }
  }
}
