/** The part of V8's inspector protocol that we use. https://chromedevtools.github.io/devtools-protocol/v8/ */

import type { SamplingNode } from '../recording/reader.ts';

export interface RemoteObject {
  objectId?: string;
  /** Its constructor's name. */
  className?: string;
  /** `proxy`, `array`, ... */
  subtype?: string;
  value?: unknown;
}

/** The last two since V8 13. */
export interface HeapUsage {
  usedSize: number;
  totalSize: number;
  embedderHeapUsedSize?: number;
  backingStorageSize?: number;
}

interface Evaluated {
  result: RemoteObject;
  exceptionDetails?: { text: string; exception?: { description?: string } };
}

export interface ScriptParsed {
  scriptId: string;
  url: string;
  hash?: string;
  sourceMapURL?: string;
  isModule?: boolean;
  length?: number;
}

export interface SampledProfile {
  head: SamplingNode;
  samples: { size: number; nodeId: number; ordinal: number }[];
}

type Nothing = Record<string, never>;

export interface Commands {
  'Runtime.evaluate': {
    params: {
      expression: string;
      includeCommandLineAPI?: boolean;
      objectGroup?: string;
      silent?: boolean;
      returnByValue?: boolean;
      awaitPromise?: boolean;
      /** V8 stops nowhere in it. */
      disableBreaks?: boolean;
    };
    result: Evaluated;
  };
  'Runtime.callFunctionOn': {
    params: {
      functionDeclaration: string;
      objectId: string;
      arguments: { value: unknown }[];
      returnByValue: boolean;
      awaitPromise: boolean;
      silent: true;
    };
    result: Evaluated;
  };
  'Runtime.releaseObject': { params: { objectId: string }; result: Nothing };
  'Runtime.addBinding': { params: { name: string }; result: Nothing };
  'Runtime.removeBinding': { params: { name: string }; result: Nothing };
  'Runtime.getHeapUsage': { params: undefined; result: HeapUsage };
  'Runtime.discardConsoleEntries': { params: undefined; result: Nothing };
  'Runtime.releaseObjectGroup': { params: { objectGroup: string }; result: Nothing };
  'HeapProfiler.collectGarbage': { params: undefined; result: Nothing };
  /** Of a session of our own only. */
  'Debugger.enable': { params: undefined; result: Nothing };
  'Debugger.disable': { params: undefined; result: Nothing };
  'Debugger.getScriptSource': { params: { scriptId: string }; result: { scriptSource: string } };
  /** All scripts that are alive; changes nothing, and needs nothing to be enabled. */
  'Profiler.getBestEffortCoverage': {
    params: undefined;
    result: { result: { scriptId: string; url: string }[] };
  };
  'HeapProfiler.startSampling': { params: { samplingInterval: number }; result: Nothing };
  'HeapProfiler.stopSampling': { params: undefined; result: { profile: SampledProfile } };
  'HeapProfiler.getSamplingProfile': { params: undefined; result: { profile: SampledProfile } };
  'HeapProfiler.getHeapObjectId': { params: { objectId: string }; result: { heapSnapshotObjectId: string } };
  /** Fails with `Object is not available` where there is none of that id (any more). */
  'HeapProfiler.getObjectByHeapObjectId': {
    params: { objectId: string; objectGroup?: string };
    result: { result: RemoteObject };
  };
  'HeapProfiler.takeHeapSnapshot': {
    params: { reportProgress: boolean; captureNumericValue: boolean; exposeInternals: boolean };
    result: Nothing;
  };
  /** Node's own: the program is to tell when only its debuggers keep it from ending. */
  'NodeRuntime.notifyWhenWaitingForDisconnect': { params: { enabled: boolean }; result: Nothing };
  /** Of js-debug's proxy: no event comes before. Names, or `Domain.*`. */
  'JsDebug.subscribe': { params: { events: string[] }; result: Nothing };
}

export interface Events {
  'Runtime.bindingCalled': { name: string; payload: string };
  'HeapProfiler.addHeapSnapshotChunk': { chunk: string };
  'HeapProfiler.reportHeapSnapshotProgress': { done: number; total: number };
  'NodeRuntime.waitingForDisconnect': Nothing;
}
