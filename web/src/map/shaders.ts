/** The GLSL programs of the map, and the places of their vertex attributes. */

export const ATTRIBUTES = { x: 0, y: 1, fromX: 2, fromY: 3, size: 4, crowd: 5, code: 6 } as const;
export type Attribute = keyof typeof ATTRIBUTES;

/**
 * How a pass paints dots. "Rim": large dots once more, over all others, as an outline around a tinted glass,
 * so that they are found in a crowd and hide nothing.
 */
export const STYLE = { fill: 0, rim: 1, selected: 2 } as const;
export type Style = (typeof STYLE)[keyof typeof STYLE];

/**
 * One dot. Its place is the difference to the camera centre, taken in two float32 parts: exact near the
 * centre at any zoom. Its opacity falls with the number of dots expected over each of its pixels, so that
 * the ink of a crowd grows slowly with its density and one dot alone is solid.
 */
export const DOT_VERTEX = `
layout(location = 0) in float a_x;
layout(location = 1) in float a_y;
layout(location = 2) in float a_fromX;
layout(location = 3) in float a_fromY;
layout(location = 4) in float a_size;
layout(location = 5) in float a_crowd;
layout(location = 6) in uint a_code;

uniform vec2 u_centerHigh;
uniform vec2 u_centerLow;
uniform float u_scale;       // device pixels per map unit
uniform vec2 u_viewport;     // device pixels, margin included
uniform float u_travel;      // 0: old places, 1: new places
uniform vec2 u_diameter;     // device pixels, smallest and largest
uniform float u_density;     // dots per device pixel where they lie closest
uniform float u_octaves;
uniform float u_softness;    // exponent of the fall of opacity
uniform float u_fairness;    // how far large dots hold back in a crowd
uniform float u_swelling;    // square device pixels that large dots add to a dot on average
uniform float u_depthWeight; // how far the colour in a crowd tends
uniform vec4 u_depth;        // rgb: what the colour in a crowd tends to; a: how much of its own colour that keeps
uniform float u_opacity;
uniform int u_style;
uniform vec4 u_flat;         // rgb and 1 to paint all dots in one colour
uniform vec3 u_missingColor;
uniform uint u_missing;
uniform float u_grow;        // device pixels added around a selected dot
uniform float u_pixelRatio;
uniform float u_bubbles;     // 1: sizes carry a value, large dots become glassy
uniform highp sampler2D u_table;

flat out vec4 v_color;
flat out float v_radius;
flat out float v_half;
flat out float v_glass;
flat out int v_shape;

void main() {
  vec2 there = (vec2(a_x, a_y) - u_centerHigh) - u_centerLow;
  if (u_travel < 1.0) {
    vec2 start = (vec2(a_fromX, a_fromY) - u_centerHigh) - u_centerLow;
    there = mix(start, there, u_travel);
  }
  gl_Position = vec4(there * u_scale * 2.0 / u_viewport, 0.0, 1.0);

  float crowd = u_density * exp2(u_octaves * (a_crowd - 1.0));
  // Where large dots would cover the map, they are less large.
  float diameter = mix(u_diameter.x, u_diameter.y, a_size * pow(max(1.0, crowd * u_swelling * 4.0), -0.3));
  float overlap = crowd * 0.7854 * diameter * diameter;
  // In a crowd even the outermost dots hold back, so that there is ink left for its middle; alone they need not.
  float most = mix(0.92, mix(0.5, 0.92, smoothstep(1.5, 6.0, diameter / u_pixelRatio)), smoothstep(0.02, 0.5, overlap));
  float alpha = u_opacity * most * clamp(pow(max(overlap, 1e-6), -u_softness), 0.02, 1.0);
  // In a crowd every dot has the same ink, be it large or small: its colour is that of most dots.
  alpha *= mix(1.0, pow(u_diameter.x / max(diameter, u_diameter.x), 2.0 - 2.0 * u_softness), u_fairness * smoothstep(0.5, 4.0, overlap));

  vec3 color = u_missingColor;
  int shape = 0;
  if (a_code != u_missing) {
    ivec2 size = textureSize(u_table, 0);
    int code = min(int(a_code), size.x * size.y - 1);
    vec4 entry = texelFetch(u_table, ivec2(code % size.x, code / size.x), 0);
    color = entry.rgb;
    shape = int(entry.a * 255.0 + 0.5);
  }
  float depth = clamp(log2(max(overlap, 1e-6)) / 7.0, 0.0, 1.0);
  color = mix(color, u_depth.rgb * mix(vec3(1.0), color, u_depth.a), u_depthWeight * depth);
  color = mix(color, u_flat.rgb, u_flat.a);

  v_glass = u_bubbles * smoothstep(5.0, 11.0, diameter / u_pixelRatio);
  if (u_style == ${STYLE.rim}) {
    alpha = 0.95 * smoothstep(0.45, 0.6, a_size);
  }
  if (u_style == ${STYLE.selected}) alpha = 1.0;

  float radius = 0.5 * diameter + u_grow;
  // What is smaller than a pixel becomes fainter instead.
  float least = 0.6;
  if (radius < least) {
    alpha *= radius * radius / (least * least);
    radius = least;
  }
  v_color = vec4(color, alpha);
  v_radius = radius;
  v_half = ceil(radius * (shape == 0 ? 1.0 : 1.25) + 1.0);
  v_shape = shape;
  gl_PointSize = 2.0 * v_half;
}`;

export const DOT_FRAGMENT = `
flat in vec4 v_color;
flat in float v_radius;
flat in float v_half;
flat in float v_glass;
flat in int v_shape;
uniform int u_style;
uniform vec3 u_edge;         // what the edge of a dot tends to: the background
uniform float u_edgeWeight;
uniform vec3 u_ring;
uniform float u_grow;
uniform float u_pixelRatio;
out vec4 o_color;

#ifdef SHAPES
float outline(vec2 p, float r) {
  vec2 q = abs(p);
  if (v_shape == 1) return (q.x + q.y - r * 1.25) * 0.7071;                         // diamond
  if (v_shape == 2) return max(q.x, q.y) - r * 0.88;                                // square
  if (v_shape == 3) return max(q.x * 0.866 + p.y * -0.5, p.y) - r * 0.62;           // triangle
  if (v_shape == 4) {                                                               // plus
    float thick = r * 0.4;
    return max(max(q.x, q.y) - r * 1.1, min(q.x, q.y) - thick);
  }
  if (v_shape == 5) return max(q.x * 0.866 + p.y * 0.5, -p.y) - r * 0.62;           // triangle, point down
  return length(p) - r;
}
#else
float outline(vec2 p, float r) { return length(p) - r; }
#endif

void main() {
  vec2 p = (gl_PointCoord * 2.0 - 1.0) * v_half;
  float d = outline(p, v_radius);
  float cover = clamp(0.5 - d, 0.0, 1.0);
  vec3 color = v_color.rgb;
  float alpha = v_color.a;
  float width = u_pixelRatio;
  if (u_style == ${STYLE.selected}) {
    color = mix(color, u_ring, clamp(d + u_grow + 0.5, 0.0, 1.0));
  } else {
    float rim = clamp(d + width + 0.5, 0.0, 1.0);
    if (u_style == ${STYLE.rim}) {
      // Dark without, bright within: seen also on its own colour.
      float outside = clamp(d + 0.75 * width + 0.5, 0.0, 1.0);
      alpha *= mix(mix(0.9, 0.7, smoothstep(4.0, 7.0, v_radius / u_pixelRatio)), 0.95, rim);
      color = mix(color, u_edge, outside * 0.75);
    } else {
      // A large dot is glass: what lies under it shows through.
      alpha *= mix(1.0, 0.78, v_glass * (1.0 - rim));
      float body = smoothstep(2.2, 4.0, v_radius / u_pixelRatio);
      color = mix(color, u_edge, rim * body * u_edgeWeight * (1.0 - v_glass));
    }
  }
  alpha *= cover;
  o_color = vec4(color * alpha, alpha);
}`;

/** Copy a finished picture to the canvas, moved and scaled to where the camera is now. */
export const COPY_VERTEX = `
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

export const COPY_FRAGMENT = `
uniform highp sampler2D u_picture;
uniform vec2 u_size;         // of the canvas, device pixels
uniform vec2 u_pictureSize;
uniform vec2 u_shift;        // device pixels by which the picture moved
uniform float u_stretch;
uniform float u_strength;
out vec4 o_color;
void main() {
  vec2 at = (gl_FragCoord.xy - 0.5 * u_size - u_shift) / u_stretch + 0.5 * u_pictureSize;
  vec2 outside = step(at, vec2(0.0)) + step(u_pictureSize, at);
  o_color = outside.x + outside.y > 0.0 ? vec4(0.0) : texture(u_picture, at / u_pictureSize) * u_strength;
}`;

const HEADER = "#version 300 es\nprecision highp float;\nprecision highp int;\n";

/** Compile and link; throws with the driver's log, which only a fault of ours can cause. */
export function program(gl: WebGL2RenderingContext, vertex: string, fragment: string, define = ""): WebGLProgram {
  const made = gl.createProgram();
  const shaders = [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ].map(([kind, source]) => {
    const shader = gl.createShader(kind as number) as WebGLShader;
    gl.shaderSource(shader, HEADER + define + (source as string));
    gl.compileShader(shader);
    gl.attachShader(made, shader);
    return shader;
  });
  gl.linkProgram(made);
  if (gl.getProgramParameter(made, gl.LINK_STATUS) !== true && !gl.isContextLost()) {
    const log = shaders.map((shader) => gl.getShaderInfoLog(shader)).join("\n");
    throw new Error(`A map shader does not build: ${gl.getProgramInfoLog(made) ?? ""}\n${log}`);
  }
  for (const shader of shaders) gl.deleteShader(shader);
  return made;
}

/** The uniforms of a program by name. */
export function uniforms(gl: WebGL2RenderingContext, of: WebGLProgram): Map<string, WebGLUniformLocation> {
  const found = new Map<string, WebGLUniformLocation>();
  const count = gl.getProgramParameter(of, gl.ACTIVE_UNIFORMS) as number;
  for (let i = 0; i < count; i++) {
    const name = gl.getActiveUniform(of, i)?.name;
    const location = name === undefined ? null : gl.getUniformLocation(of, name);
    if (name !== undefined && location !== null) found.set(name, location);
  }
  return found;
}
