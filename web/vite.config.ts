import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The page is served by percepta itself, at any path prefix: every address in it is relative.
export default defineConfig({
  base: "./",
  plugins: [react()],
  worker: { format: "es" },
  build: {
    outDir: "../src/percepta/_web",
    emptyOutDir: true,
    target: "es2023",
    // The notices that the licences of what is bundled ask for; they travel with the page.
    license: { fileName: "assets/third-party-licenses.txt" },
    chunkSizeWarningLimit: 1200,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { "/api": { target: process.env.PERCEPTA_API ?? "http://127.0.0.1:8765", changeOrigin: true } },
  },
  test: {
    // What has no page needs no browser: setting one up costs more than most tests.
    projects: [
      { extends: true, test: { name: "plain", environment: "node", include: ["src/**/*.test.ts"], exclude: ["src/map/**"] } },
      { extends: true, test: { name: "page", environment: "jsdom", include: ["src/**/*.test.tsx", "src/map/**/*.test.ts"], setupFiles: ["src/test-setup.ts"] } },
    ],
  },
});
