'use strict';

function traced(tracer, model) {
  return async (prompt, n) => {
    const span = tracer.startSpan('model.call', { prompt, n, retries: [] }); // leak: cause
    span.addEvent('sent', { length: prompt.length });
    const answer = await model(prompt, n);
    span.addEvent('answered', { answer });
    tracer.endSpan(span);
    return answer;
  };
}

module.exports = { traced };
