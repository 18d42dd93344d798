'use strict';

function traced(tracer, model) {
  return async (prompt, n) => {
    const span = tracer.startSpan('model.call', { prompt, n, retries: [] });
    try {
      span.addEvent('sent', { length: prompt.length });
      const answer = await model(prompt, n);
      span.addEvent('answered', { answer });
      return answer;
    } finally {
      tracer.endSpan(span);
    }
  };
}

module.exports = { traced };
