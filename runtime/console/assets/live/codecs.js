/* Which coding a browser can do, and how its picture is coded: H.264 always, AAC before Opus. */
export const FRAMES = 30;
const LEVELS = [
  { blocks: 1620, level: "1e" },
  { blocks: 3600, level: "1f" },
  { blocks: 8192, level: "28" },
  { blocks: 36864, level: "33" },
];
const PROFILES = ["4d00", "42e0", "4200", "6400"];

/** Ways of coding a picture of a size, best first. */
export function pictureConfigs(width, height, bitrate) {
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  const { level } = LEVELS.find((each) => blocks <= each.blocks) ?? LEVELS.at(-1);
  return PROFILES.map((profile) => ({
    codec: `avc1.${profile}${level}`,
    width,
    height,
    bitrate,
    framerate: FRAMES,
    latencyMode: "realtime",
    avc: { format: "avc" },
  }));
}

/** Return the first way of coding that the browser has, or null. */
export async function choosePicture(width, height, bitrate) {
  if (!("VideoEncoder" in globalThis)) return null;
  for (const config of pictureConfigs(width, height, bitrate)) {
    const { supported } = await VideoEncoder.isConfigSupported(config).catch(() => ({ supported: false }));
    if (supported) return config;
  }
  return null;
}

/** The same for sound; AAC is heard everywhere, Opus not on older iPhones. */
export async function chooseSound(rate, channels) {
  if (!("AudioEncoder" in globalThis)) return null;
  const shared = { sampleRate: rate, numberOfChannels: channels };
  const ways = [
    { ...shared, codec: "mp4a.40.2", bitrate: 96_000, aac: { format: "aac" } },
    { ...shared, codec: "opus", bitrate: 64_000 },
  ];
  for (const config of ways) {
    const { supported } = await AudioEncoder.isConfigSupported(config).catch(() => ({ supported: false }));
    if (supported) return config;
  }
  return null;
}

/** Even numbers, no larger than the box, in the shape of the picture (which may be turned). */
export function fitted(width, height, longest) {
  const scale = Math.min(1, longest / Math.max(width, height));
  const even = (value) => Math.max(16, Math.round((value * scale) / 2) * 2);
  return { width: even(width), height: even(height) };
}

/** A copy of what an encoder describes itself with, be it a buffer or a view of one. */
export function copied(source) {
  if (!source) return new Uint8Array(0);
  return ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice() : new Uint8Array(source.slice(0));
}
