# Everything runs on the Node that is pinned in package.json, whatever Node the machine has.
NODE := node_modules/.bin/node
SETUP := node_modules/.installed

.DEFAULT_GOAL := help
.PHONY: help setup build-control-plane demo demo-cluster demo-down cluster cluster-down plugin test ci test-all test-unit test-integration test-vm test-images e2e test-memory fuzz check coverage bench generate images images-lock push release audit pulumi test-pulumi clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(SETUP) ## Install the npm packages of the lockfile (no install scripts)

$(SETUP): package-lock.json
	@command -v npm > /dev/null || { echo "npm is missing: install Node 20 or newer with npm" >&2; exit 1; }
	@echo "installing npm packages, about half a minute" >&2
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error > /dev/null
	@touch $@

build-control-plane: $(SETUP) ## Provide etcd, API server, kubectl, helm (once: about 6 minutes where they must be built)
	@$(NODE) tools/src/binaries/buildControlPlane.ts > /dev/null

demo: $(SETUP) ## Run a capture on three emulated hosts and download its bundle; KEEP=1 leaves it all running
	@$(NODE) tools/src/demo/main.ts $(if $(KEEP),--keep)

demo-cluster: $(SETUP) ## The same on a cluster with real nodes, as root: images, helm, kubelets; KEEP=1 too
	@$(NODE) tools/src/demo/main.ts --nodes $(if $(KEEP),--keep)

demo-down: $(SETUP) ## End what KEEP=1 left running
	@$(NODE) tools/src/demo/down.ts

plugin: $(SETUP) ## Build kubectl-nicdiag into dist/plugin: executables, script, archives, Krew's manifest; RELEASE_URL=… of the archives
	@$(NODE) tools/src/plugin/main.ts $(if $(RELEASE_URL),--release-url '$(RELEASE_URL)')

cluster: $(SETUP) ## A cluster with real nodes in the background, as root: kubelets, containers, emulated NICs; N=3, IMAGES='a.tar b.tar'
	@$(NODE) tools/src/realCluster/up.ts $(if $(N),--nodes $(N)) $(foreach image,$(IMAGES),--image $(image))

cluster-down: $(SETUP) ## End it; nothing is left of it
	@$(NODE) tools/src/realCluster/down.ts

test: $(SETUP) ## Type check, lint, unit and integration tests
	@$(NODE) tools/src/runner/main.ts

ci: $(SETUP) pulumi ## What continuous integration runs: test, test-vm, test-images, test-pulumi and e2e
	@$(NODE) tools/src/runner/main.ts types lint packages unit vm images integration pulumi e2e

test-all: $(SETUP) pulumi ## Everything: test, test-vm, test-images, test-pulumi, e2e, test-memory, and faults at every command of every collector
	@NICDIAG_WHOLE_DUMPS=1 NICDIAG_FAULTS=all $(NODE) tools/src/runner/main.ts types lint packages unit vm images integration pulumi e2e

test-unit: $(SETUP) ## Tests of the packages; F='mlx5/test/**/*.test.ts' for some
	@$(NODE) tools/src/runner/main.ts unit $(if $(F),'$(F)')

test-integration: $(SETUP) ## Tests on a real API server and the emulator; F=test/integration/cluster.test.ts for some
	@$(NODE) tools/src/runner/main.ts integration $(if $(F),'$(F)')

test-vm: $(SETUP) ## Character devices by CUSE, in a virtual machine; QEMU and a kernel are fetched from Debian, once
	@$(NODE) tools/src/runner/main.ts vm

test-images: $(SETUP) pulumi/node_modules/.installed ## Tests of images and release: build, push, run, build again; F=test/images/push.test.ts for some
	@$(NODE) tools/src/runner/main.ts images $(if $(F),'$(F)')

e2e: $(SETUP) ## Tests on a cluster with real nodes, as root; F=test/e2e/cluster.test.ts for some
	@$(NODE) tools/src/runner/main.ts e2e $(if $(F),'$(F)')

fuzz: $(SETUP) ## Every parser of bytes from outside for T=60 seconds with a new seed; F=mlx5/test/fuzz/anyDevice.test.ts for some
	@NICDIAG_FUZZ_SECONDS=$(or $(T),60) $(NODE) tools/src/runner/main.ts unit \
		$(or $(F),$$(grep -rl --include='*.test.ts' fuzz/fuzzing.ts */test))

test-memory: $(SETUP) ## Dumps of 1 GiB through an agent of bounded memory, some minutes
	@NICDIAG_WHOLE_DUMPS=1 $(NODE) tools/src/runner/main.ts integration test/integration/agent-memory.test.ts

check: $(SETUP) ## Type check, lint, and what the lockfile would install
	@$(NODE) tools/src/runner/main.ts types lint packages

coverage: $(SETUP) ## Coverage of the packages' tests, into coverage/
	@$(NODE) tools/src/inside.ts -- $(NODE) node_modules/c8/bin/c8.js --reporter=text-summary --reporter=html \
		--include='*/src/**' $(NODE) node_modules/ava/entrypoints/cli.js '*/test/**/*.test.ts'

bench: $(SETUP) ## Measure; docs/performance.md says what and how
	@$(NODE) tools/src/inside.ts -- $(NODE) bench/main.ts

generate: $(SETUP) ## Write types, reasons and their page anew from crds/ and api/reasons.yaml, docs/safety.md from the guard's table, the chart's README from its values
	@$(NODE) api/generate/main.ts
	@$(NODE) mlx5/generate/safety.ts
	@$(NODE) cli/generate/main.ts
	@$(NODE) tools/src/chartPage/main.ts
	@$(NODE) tools/src/pulumi/generate.ts

pulumi: $(SETUP) pulumi/node_modules/.installed ## Build the Pulumi component into dist/pulumi
	@$(NODE) tools/src/pulumi/build.ts
	@ln -sfn ../../pulumi/node_modules dist/pulumi/node_modules

pulumi/node_modules/.installed: pulumi/package-lock.json
	@echo "installing Pulumi's npm packages, about half a minute" >&2
	@cd pulumi && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error > /dev/null
	@touch $@

test-pulumi: pulumi ## Tests of the Pulumi component as it was built
	@$(NODE) tools/src/runner/main.ts pulumi

images: $(SETUP) ## Build the container images into dist/images; PLATFORM=amd64 for one, REGISTRY=registry.example/nicdiag for their names
	@$(NODE) tools/src/images/main.ts $(if $(REGISTRY),--registry '$(REGISTRY)') $(if $(PLATFORM),--platform '$(PLATFORM)')

images-lock: $(SETUP) ## Pin the newest versions of the Debian packages that the images stand on
	@$(NODE) tools/src/images/debian/updateLock.ts

push: $(SETUP) ## Build the images and send them to a registry: REGISTRY=registry.example/nicdiag [TAG=v1] [PLAIN_HTTP=1]
	@$(NODE) tools/src/images/push.ts --registry '$(REGISTRY)' $(if $(TAG),--tag '$(TAG)') $(if $(PLAIN_HTTP),--plain-http)

release: $(SETUP) pulumi/node_modules/.installed ## Build images, chart, plugin and Pulumi package with checksums and provenance into dist/: REGISTRY=…, RELEASE_URL=…
	@$(NODE) tools/src/release/main.ts $(if $(REGISTRY),--registry '$(REGISTRY)') $(if $(RELEASE_URL),--release-url '$(RELEASE_URL)')

audit: $(SETUP) ## Known vulnerabilities of what the lockfiles pin: by the npm registry, or offline by an export of OSV, DB=FOLDER
	@$(if $(DB),$(NODE) tools/src/supplyChain/audit/main.ts '$(DB)',npm audit --package-lock-only --audit-level=moderate)

clean: ## Remove what tests and builds left in the checkout (not the control plane's cache)
	@rm -rf coverage dist .test .tsbuild node_modules/.installed
