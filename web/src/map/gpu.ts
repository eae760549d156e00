import {
  ATTRIBUTES,
  type Attribute,
  COPY_FRAGMENT,
  COPY_VERTEX,
  DOT_FRAGMENT,
  DOT_VERTEX,
  program,
  type Style,
  uniforms,
} from "./shaders";
import type { DrawRange } from "./order";
import type { Rgb } from "./colors";
import { splitDouble } from "./camera";

/** Device pixels around the picture in which the centre of a dot may lie and still be drawn. */
const MARGIN = 64;
const TABLE_WIDTH = 256;

/** From where a picture is drawn; equal views give equal pictures. */
export type View = {
  /** Camera centre in map coordinates. */
  x: number;
  y: number;
  /** Device pixels per map unit. */
  scale: number;
  /** Device pixels. */
  width: number;
  height: number;
  pixelRatio: number;
};

export type DotStyle = {
  /** Smallest and largest diameter in device pixels. */
  diameter: [number, number];
  /** Dots per square map unit where they lie closest, of those drawn. */
  density: number;
  octaves: number;
  softness: number;
  /** What large dots add to the area of a dot on average, in square device pixels: in a crowd they shrink by it. */
  swelling: number;
  /** 0..1: whether large dots in a crowd have as much ink as small ones. */
  fairness: number;
  /** What the colour of a crowd tends to, and how much (0..1) of its own colour that keeps. */
  depth: Rgb;
  depthKeeps: number;
  /** How far, 0..1. */
  depthWeight: number;
  opacity: number;
  style: Style;
  flat: Rgb | null;
  missingColor: Rgb;
  edge: Rgb;
  edgeWeight: number;
  ring: Rgb;
  grow: number;
  bubbles: boolean;
  travel: number;
};

export type Target = { texture: WebGLTexture; framebuffer: WebGLFramebuffer; width: number; height: number };

/** The element buffers. */
export type OrderName = "order" | "selection" | "rims";

type Built = { program: WebGLProgram; at: Map<string, WebGLUniformLocation> };

/** Everything on the GPU: one buffer per channel, three element buffers, the colour table, the programs. */
export class Gpu {
  readonly software: boolean;
  private readonly vao: WebGLVertexArrayObject;
  private readonly buffers = new Map<string, WebGLBuffer>();
  private readonly table: WebGLTexture;
  private readonly plain: Built;
  private shaped: Built | null = null;
  private readonly copy: Built;
  private missing = 0xffffffff;
  shapes = false;

  constructor(readonly gl: WebGL2RenderingContext) {
    this.software = isSoftware(gl);
    this.plain = this.build(DOT_VERTEX, DOT_FRAGMENT);
    this.copy = this.build(COPY_VERTEX, COPY_FRAGMENT);
    this.vao = gl.createVertexArray();
    this.table = gl.createTexture();
    gl.disable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    for (const attribute of Object.keys(ATTRIBUTES) as Attribute[]) this.upload(attribute, null);
  }

  /** Fill the buffer of one channel, and no other; null: the same constant for every dot. */
  upload(attribute: Attribute, data: Float32Array | Uint8Array | Uint16Array | null): void {
    const { gl } = this;
    const location = ATTRIBUTES[attribute];
    gl.bindVertexArray(this.vao);
    if (data === null) {
      gl.disableVertexAttribArray(location);
      if (attribute === "code") gl.vertexAttribI4ui(location, 0, 0, 0, 0);
      else gl.vertexAttrib4f(location, 0, 0, 0, 1);
      this.drop(attribute);
      return;
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer(attribute));
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(location);
    if (attribute === "code") {
      const type = data instanceof Uint8Array ? gl.UNSIGNED_BYTE : gl.UNSIGNED_SHORT;
      gl.vertexAttribIPointer(location, 1, type, 0, 0);
    } else if (data instanceof Float32Array) gl.vertexAttribPointer(location, 1, gl.FLOAT, false, 0, 0);
    else gl.vertexAttribPointer(location, 1, gl.UNSIGNED_BYTE, true, 0, 0);
  }

  uploadOrder(name: OrderName, rows: Uint32Array): void {
    const { gl } = this;
    gl.bindVertexArray(this.vao);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffer(name));
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, rows, gl.DYNAMIC_DRAW);
  }

  /** RGBA per code (A: shape) and the code that stands for a missing value. */
  uploadTable(table: Uint8Array, missing: number): void {
    const { gl } = this;
    const height = Math.max(1, Math.ceil(table.length / 4 / TABLE_WIDTH));
    const full = new Uint8Array(TABLE_WIDTH * height * 4);
    full.set(table.subarray(0, full.length));
    // Codes beyond the palette take its last colour.
    const last = table.subarray(table.length - 4);
    for (let i = table.length; i < full.length; i += 4) full.set(last, i);
    gl.bindTexture(gl.TEXTURE_2D, this.table);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, TABLE_WIDTH, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, full);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    this.missing = missing;
  }

  target(width: number, height: number): Target {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, width, height);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    const framebuffer = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    return { texture, framebuffer, width, height };
  }

  dropTarget(target: Target): void {
    this.gl.deleteFramebuffer(target.framebuffer);
    this.gl.deleteTexture(target.texture);
  }

  clear(target: Target | null): void {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, target?.framebuffer ?? null);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  /** Draw ranges of an element buffer into a target (null: the canvas). */
  dots(target: Target | null, view: View, name: OrderName, ranges: readonly Pick<DrawRange, "start" | "count">[], style: DotStyle): void {
    const { gl } = this;
    const built = this.shapes ? (this.shaped ??= this.build(DOT_VERTEX, DOT_FRAGMENT, "#define SHAPES\n")) : this.plain;
    gl.bindFramebuffer(gl.FRAMEBUFFER, target?.framebuffer ?? null);
    gl.viewport(-MARGIN, -MARGIN, view.width + 2 * MARGIN, view.height + 2 * MARGIN);
    gl.useProgram(built.program);
    this.setView(built.at, view);
    this.setStyle(built.at, view, style);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.table);
    gl.bindVertexArray(this.vao);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffer(name));
    for (const range of ranges) {
      if (range.count > 0) gl.drawElements(gl.POINTS, range.count, gl.UNSIGNED_INT, range.start * 4);
    }
  }

  /** Show a picture, that was drawn from another view, as it looks from here. */
  show(picture: Target, from: View, view: View, strength: number): void {
    const { gl } = this;
    const stretch = view.scale / from.scale;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, view.width, view.height);
    gl.useProgram(this.copy.program);
    const { at } = this.copy;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, picture.texture);
    gl.uniform2f(at.get("u_size") ?? null, view.width, view.height);
    gl.uniform2f(at.get("u_pictureSize") ?? null, picture.width, picture.height);
    const shiftX = (from.x - view.x) * view.scale;
    const shiftY = (from.y - view.y) * view.scale;
    const whole = stretch === 1;
    gl.uniform2f(at.get("u_shift") ?? null, whole ? Math.round(shiftX) : shiftX, whole ? Math.round(shiftY) : shiftY);
    gl.uniform1f(at.get("u_stretch") ?? null, stretch);
    gl.uniform1f(at.get("u_strength") ?? null, strength);
    gl.bindVertexArray(null);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** Free the GPU memory; the context itself stays usable. */
  destroy(): void {
    const { gl } = this;
    for (const buffer of this.buffers.values()) gl.deleteBuffer(buffer);
    gl.deleteVertexArray(this.vao);
    gl.deleteTexture(this.table);
    for (const built of [this.plain, this.shaped, this.copy]) if (built !== null) gl.deleteProgram(built.program);
  }

  private setView(at: Built["at"], view: View): void {
    const { gl } = this;
    const [highX, lowX] = splitDouble(view.x);
    const [highY, lowY] = splitDouble(view.y);
    gl.uniform2f(at.get("u_centerHigh") ?? null, highX, highY);
    gl.uniform2f(at.get("u_centerLow") ?? null, lowX, lowY);
    gl.uniform1f(at.get("u_scale") ?? null, view.scale);
    gl.uniform2f(at.get("u_viewport") ?? null, view.width + 2 * MARGIN, view.height + 2 * MARGIN);
    gl.uniform1f(at.get("u_pixelRatio") ?? null, view.pixelRatio);
  }

  private setStyle(at: Built["at"], view: View, style: DotStyle): void {
    const { gl } = this;
    const color = (name: string, rgb: Rgb) => gl.uniform3f(at.get(name) ?? null, rgb[0] / 255, rgb[1] / 255, rgb[2] / 255);
    gl.uniform2f(at.get("u_diameter") ?? null, style.diameter[0], style.diameter[1]);
    gl.uniform1f(at.get("u_density") ?? null, style.density / (view.scale * view.scale));
    gl.uniform1f(at.get("u_octaves") ?? null, style.octaves);
    gl.uniform1f(at.get("u_softness") ?? null, style.softness);
    gl.uniform1f(at.get("u_fairness") ?? null, style.fairness);
    gl.uniform1f(at.get("u_swelling") ?? null, style.swelling);
    gl.uniform1f(at.get("u_depthWeight") ?? null, style.depthWeight);
    gl.uniform4f(at.get("u_depth") ?? null, style.depth[0] / 255, style.depth[1] / 255, style.depth[2] / 255, style.depthKeeps);
    gl.uniform1f(at.get("u_opacity") ?? null, style.opacity);
    gl.uniform1i(at.get("u_style") ?? null, style.style);
    const flat = style.flat ?? [0, 0, 0];
    gl.uniform4f(at.get("u_flat") ?? null, flat[0] / 255, flat[1] / 255, flat[2] / 255, style.flat === null ? 0 : 1);
    color("u_missingColor", style.missingColor);
    color("u_edge", style.edge);
    color("u_ring", style.ring);
    gl.uniform1ui(at.get("u_missing") ?? null, this.missing);
    gl.uniform1f(at.get("u_edgeWeight") ?? null, style.edgeWeight);
    gl.uniform1f(at.get("u_grow") ?? null, style.grow);
    gl.uniform1f(at.get("u_bubbles") ?? null, style.bubbles ? 1 : 0);
    gl.uniform1f(at.get("u_travel") ?? null, style.travel);
    gl.uniform1i(at.get("u_table") ?? null, 0);
  }

  private build(vertex: string, fragment: string, define = ""): Built {
    const made = program(this.gl, vertex, fragment, define);
    return { program: made, at: uniforms(this.gl, made) };
  }

  private buffer(name: string): WebGLBuffer {
    const known = this.buffers.get(name) ?? this.gl.createBuffer();
    this.buffers.set(name, known);
    return known;
  }

  private drop(name: string): void {
    const known = this.buffers.get(name);
    if (known !== undefined) this.gl.deleteBuffer(known);
    this.buffers.delete(name);
  }
}

function isSoftware(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}
