/// Two outputs into the Python package: the console (a page with hashed assets), and with
/// `--mode module` the globe as one file, which the report inlines and the notebook imports.
import { fileURLToPath } from "node:url";
import { defineConfig, type BuildOptions } from "vite";

const ui = fileURLToPath(new URL("../src/skyweft/ui", import.meta.url));

const page: BuildOptions = { outDir: ui, emptyOutDir: true };

const singleFile: BuildOptions = {
  outDir: ui,
  emptyOutDir: false,
  assetsInlineLimit: Infinity,
  lib: { entry: "report.ts", formats: ["es"], fileName: () => "skyweft-globe.js" },
  rolldownOptions: { output: { codeSplitting: false, minify: true } },
};

export default defineConfig(({ mode }) => ({
  base: "./",
  build: { target: "es2022", ...(mode === "module" ? singleFile : page) },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
}));
