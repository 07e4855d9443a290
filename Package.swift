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
  _ name: String,
  _ dependencies: [Target.Dependency] = [],
  exclude: [String] = []
) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

func tests(
  of name: String,
  _ dependencies: [Target.Dependency] = [],
  copying resources: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    resources: resources.map { .copy($0) },
    swiftSettings: swiftSettings
  )
}

// Plain Swift and small C libraries; no libtorch.
let plainTargets: [Target] = [
  .systemLibrary(
    name: "CTurboJPEG",
    pkgConfig: "libturbojpeg",
    providers: [.apt(["libturbojpeg0-dev"])]
  ),
  .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
  library("Artifacts", [.product(name: "Crypto", package: "swift-crypto")]),
  library("SafeTensors", ["Artifacts"]),
  library("Datasets", ["Artifacts", "CTurboJPEG", "CPNG"]),
  library("Statistics"),
  .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swiftSettings),
  tests(of: "Artifacts"),
  tests(of: "SafeTensors", ["Artifacts"], copying: ["Golden"]),
  tests(of: "Datasets", ["Artifacts"]),
  tests(of: "Statistics", copying: ["Golden"]),
]

// Everything that computes with libtorch.
let torchTargets: [Target] = [
  .systemLibrary(name: "CLibTorch", pkgConfig: "libtorch"),
  .target(name: "CTorchShim", dependencies: ["CLibTorch"]),
  library("Torch", ["CTorchShim", "SafeTensors"]),
  library("Networks", ["Torch", "SafeTensors", "Datasets", "Artifacts"]),
  // The pretrained style network in float16, compiled in so that no file is needed at run time.
  .target(name: "CStyleWeights", exclude: ["style-network.safetensors"]),
  library(
    "FeatureEmbedding",
    ["Torch", "SafeTensors", "Datasets", "Artifacts", "CStyleWeights"]
  ),
  library(
    "OwnershipVerification",
    ["Networks", "Torch", "SafeTensors", "Datasets", "Statistics", "Artifacts"]
  ),
  library("ModelStealing", ["Networks", "Torch", "Datasets", "Artifacts"]),
  library(
    "Stages",
    [
      "FeatureEmbedding", "ModelStealing", "OwnershipVerification", "Networks", "Torch",
      "Datasets", "Statistics", "Artifacts",
    ]
  ),
  library(
    "Experiments",
    [
      "Stages", "FeatureEmbedding", "ModelStealing", "OwnershipVerification", "Networks", "Torch",
      "Datasets", "Statistics", "Artifacts",
    ]
  ),
  .executableTarget(
    name: "hallmark",
    dependencies: [
      "Experiments", "Stages", "FeatureEmbedding", "ModelStealing", "OwnershipVerification",
      "Networks", "Torch", "SafeTensors", "Datasets", "Statistics", "Artifacts",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    swiftSettings: swiftSettings
  ),
  .executableTarget(
    name: "hallmark-bench",
    dependencies: [
      "OwnershipVerification", "FeatureEmbedding", "ModelStealing", "Networks", "Torch",
      "SafeTensors", "Datasets", "Artifacts",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    swiftSettings: swiftSettings
  ),
  tests(of: "Torch", ["SafeTensors"]),
  tests(
    of: "Networks",
    ["Torch", "SafeTensors", "Datasets", "Artifacts"],
    copying: ["Golden"]
  ),
  tests(
    of: "FeatureEmbedding",
    ["Torch", "SafeTensors", "Datasets", "Artifacts"],
    copying: ["Golden"]
  ),
  tests(
    of: "OwnershipVerification",
    ["Networks", "Torch", "SafeTensors", "Datasets", "Statistics", "Artifacts"],
    copying: ["Fixtures"]
  ),
  tests(
    of: "ModelStealing",
    ["Networks", "Torch", "SafeTensors", "Datasets", "Artifacts"],
    copying: ["Golden"]
  ),
  tests(of: "hallmark", ["Artifacts", "Datasets"]),
  tests(
    of: "Stages",
    ["OwnershipVerification", "ModelStealing", "Networks", "Datasets", "Artifacts"]
  ),
  tests(
    of: "Experiments",
    [
      "Stages", "OwnershipVerification", "ModelStealing", "Networks", "Torch", "Datasets",
      "Statistics",
      "Artifacts",
    ]
  ),
]

let libraries =
  ["Artifacts", "SafeTensors", "Datasets", "Statistics"]
  + (withoutLibTorch
    ? []
    : [
      "Torch", "Networks", "FeatureEmbedding", "ModelStealing", "OwnershipVerification",
      "Stages", "Experiments",
    ])
let products: [Product] =
  libraries.map { .library(name: $0, targets: [$0]) }
  + (withoutLibTorch ? [] : [.executable(name: "hallmark", targets: ["hallmark"])])

let package = Package(
  name: "hallmark",
  products: products,
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ]
    + (withDocumentation
      ? [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")] : []),
  targets: plainTargets + (withoutLibTorch ? [] : torchTargets),
  cxxLanguageStandard: .cxx20
)
