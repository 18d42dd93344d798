/** The version of the engine that made a verdict: written into every one. Raised when verdicts may change. */
export const ENGINE_VERSION = '0.4.0';
