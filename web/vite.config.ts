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
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { "/api": { target: process.env.PERCEPTA_API ?? "http://127.0.0.1:8765", changeOrigin: true } },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts", "src/**/*.test.tsx"],
    setupFiles: ["src/test-setup.ts"],
  },
});
