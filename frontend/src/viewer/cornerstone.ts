import { init, setUseCPURendering } from '@cornerstonejs/core';
import loader from '@cornerstonejs/dicom-image-loader';

/** Raw little-endian or HTJ2K, whichever the cohort has: each of one length, so that its size says nothing. */
const FRAME =
  'application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1, image/jphc; transfer-syntax=1.2.840.10008.1.2.4.201';

export async function startCornerstone(): Promise<void> {
  await init();
  // Software WebGL is slower than drawing with the CPU at once.
  if (rendersInSoftware()) setUseCPURendering(true);
  loader.init({ maxWebWorkers: 1, beforeSend: () => ({ Accept: FRAME }) });
}

function rendersInSoftware(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return true;
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(renderer);
}
