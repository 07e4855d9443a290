// swift-tools-version: 6.2
import PackageDescription

// `WITHOUT_LIBTORCH=1 swift test` builds and tests the targets that need no libtorch.
let withoutLibTorch = Context.environment["WITHOUT_LIBTORCH"] == "1"
// `make docs` sets HALLMARK_DOCS=1; nobody else pays for the documentation plugin.
let withDocumentation = Context.environment["HALLMARK_DOCS"] == "1"

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

func tests(
  of name: String, _ dependencies: [Target.Dependency] = [], copying resources: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    resources: resources.map { .copy($0) },
    swiftSettings: swiftSettings)
}

// Plain Swift and small C libraries; no libtorch.
let plainTargets: [Target] = [
  .systemLibrary(
    name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
  .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
  library("Artifacts", [.product(name: "Crypto", package: "swift-crypto")]),
  library("SafeTensors", ["Artifacts"]),
  library("Datasets", ["Artifacts", "CTurboJPEG", "CPNG"]),
  library("Statistics"),
  library("Experiments", ["Datasets", "Statistics"]),
  .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swiftSettings),
  tests(of: "Artifacts"),
  tests(of: "SafeTensors"),
  tests(of: "Datasets", ["Artifacts"]),
  tests(of: "Statistics", copying: ["Golden"]),
  tests(of: "Experiments", ["Datasets", "Statistics"]),
]

let package = Package(
  name: "hallmark",
  products: [],
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: plainTargets,
  cxxLanguageStandard: .cxx20
)
