# The commands of everyday work. `make demo` and `make test` do everything on a Debian machine with Swift and
# python3-pip.

SHELL := /bin/bash
PREFIX ?= /usr/local
# A Python with PyTorch, numpy, safetensors and scipy, for the yardstick of `make bench`.
YARDSTICK_PYTHON ?=
# The yardstick itself.
YARDSTICK ?=
DEMO_OUTPUT ?= demo

.PHONY: demo test test-asan lint format docs bench install setup example clean

demo: setup
	scripts/swift build --product hallmark
	"$$(scripts/swift build --show-bin-path)/hallmark" demo --output "$(DEMO_OUTPUT)" $(DEMO_OPTIONS)

test: setup
	scripts/swift build --build-tests
	scripts/swift test --skip-build --no-parallel $(TEST_OPTIONS)
	scripts/test-example

# The shim and everything above it under the address sanitizer, in a build of its own.
test-asan: setup
	ASAN_OPTIONS=allocator_may_return_null=1 scripts/swift test -c debug \
	  --sanitize=address --scratch-path .build-asan \
	  --disable-xctest --no-parallel --filter 'TorchTests|SafeTensorsTests'

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Examples

format:
	swift format --in-place --recursive Package.swift Sources Tests Examples

docs: setup
	scripts/docs

bench: setup
	scripts/swift build --product hallmark
	scripts/swift build --product hallmark-bench
	scripts/bench "$(YARDSTICK_PYTHON)" "$(YARDSTICK)" $(BENCH_OPTIONS)

install: setup
	scripts/install "$(PREFIX)"

setup:
	@scripts/setup

clean:
	rm -rf .build .build-asan .build-install
